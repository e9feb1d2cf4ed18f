/** The workflows' ports in memory, with rows that tests may look at. */
import type { ImageSource } from '@berth/core/agent-contract/agent-commands'
import type { VmSighting } from '@berth/core/agent-contract/step-report'
import { AppError, type WireError } from '@berth/core/errors/app-error'
import type { VmSpec } from '@berth/core/vm/vm-spec'
import type { ImageRecord, ImageRecords, VmRecord, VmRecords } from '../ports.ts'

export class MemoryVms implements VmRecords {
  readonly rows = new Map<string, VmRecord>()
  readonly volumeSizes = new Map<string, number>()
  readonly observed: VmSighting['vm'][] = []
  hasVolumes = false

  async find(vmId: string): Promise<VmRecord | null> {
    return this.rows.get(vmId) ?? null
  }

  async setDesiredPower(vmId: string, power: 'on' | 'off'): Promise<void> {
    this.#change(vmId, (row) =>
      row.spec.desiredPower === power
        ? row
        : { ...row, spec: { ...row.spec, desiredPower: power }, revision: row.revision + 1 },
    )
  }

  async setLifecycle(vmId: string, lifecycle: VmRecord['lifecycle']): Promise<void> {
    this.#change(vmId, (row) => ({ ...row, lifecycle }))
  }

  async setVolumesReady(): Promise<void> {
    this.hasVolumes = true
  }

  async setVolumeSize(volumeId: string, sizeBytes: number): Promise<void> {
    this.volumeSizes.set(volumeId, sizeBytes)
  }

  async restoreSpec(vmId: string, spec: VmSpec): Promise<void> {
    this.#change(vmId, (row) =>
      JSON.stringify(row.spec) === JSON.stringify(spec) ? row : { ...row, spec, revision: row.revision + 1 },
    )
  }

  async setObserved(_hostId: string, { vm }: VmSighting): Promise<void> {
    this.observed.push(vm)
  }

  async remove(vmId: string): Promise<void> {
    this.rows.delete(vmId)
  }

  #change(vmId: string, change: (row: VmRecord) => VmRecord): void {
    const row = this.rows.get(vmId)
    if (row) this.rows.set(vmId, change(row))
  }
}

interface MemoryImage {
  source: ImageSource
  state: 'importing' | 'ready' | 'failed' | 'deleting'
  error: WireError | null
  replicas: { hostId: string; pool: string }[]
}

export class MemoryImages implements ImageRecords {
  readonly rows = new Map<string, MemoryImage>()
  isInUse = false

  async find(imageId: string): Promise<ImageRecord | null> {
    const row = this.rows.get(imageId)
    return row ? { imageId, source: row.source, replicas: [...row.replicas] } : null
  }

  async setReplica(imageId: string, { hostId, pool }: { hostId: string; pool: string }): Promise<void> {
    const row = this.rows.get(imageId)
    if (row) row.replicas = [...row.replicas.filter((each) => each.hostId !== hostId), { hostId, pool }]
  }

  async setReady(imageId: string): Promise<void> {
    this.#setState(imageId, 'ready')
  }

  async setFailed(imageId: string, error: WireError): Promise<void> {
    this.#setState(imageId, 'failed')
    const row = this.rows.get(imageId)
    if (row) row.error = error
  }

  async setDeleting(imageId: string): Promise<void> {
    if (this.isInUse) throw new AppError('IMAGE_IN_USE', 'A machine shares its blocks.')
    this.#setState(imageId, 'deleting')
  }

  async setUndeleted(imageId: string): Promise<void> {
    if (this.rows.get(imageId)?.state === 'deleting') this.#setState(imageId, 'ready')
  }

  async removeReplica(imageId: string, hostId: string): Promise<void> {
    const row = this.rows.get(imageId)
    if (row) row.replicas = row.replicas.filter((each) => each.hostId !== hostId)
  }

  async remove(imageId: string): Promise<void> {
    this.rows.delete(imageId)
  }

  #setState(imageId: string, state: MemoryImage['state']): void {
    const row = this.rows.get(imageId)
    if (row) row.state = state
  }
}
