/** The workflows' ports in memory, with rows that tests may look at. */
import type { ImageSource } from '@berth/core/agent-contract/agent-commands'
import type { VmSighting } from '@berth/core/agent-contract/step-report'
import { AppError, type WireError } from '@berth/core/errors/app-error'
import type { PoolObservation } from '@berth/core/storage/volume'
import type { VmSpec } from '@berth/core/vm/vm-spec'
import { hostFitnessSchema, type HostFitness } from '@berth/core/migration/move-fitness'
import type { MoveProgress, MoveReport } from '@berth/core/migration/move-progress'
import { specAfterMove } from '@berth/core/migration/move-disks'
import { makeSecretBox } from '../../auth/secret-box.ts'
import { imageTokenOf, moveSecretsOf } from '../../migration/move-secrets.ts'
import { fakeImage } from './fake-host.ts'
import type {
  ImageRecord,
  ImageRecords,
  ImageWhereabouts,
  MoveFigures,
  MoveRecords,
  MoveSecrets,
  PoolRecords,
  VmOwner,
  VmRecord,
  VmRecords,
} from '../ports.ts'

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

  async setDiskPool(vmId: string, { volumeId, pool }: { volumeId: string; pool: string }): Promise<void> {
    this.#change(vmId, (row) => {
      if (row.spec.disks.find((disk) => disk.volumeId === volumeId)?.pool === pool) return row
      const disks = row.spec.disks.map((disk) => (disk.volumeId === volumeId ? { ...disk, pool } : disk))
      return { ...row, spec: { ...row.spec, disks }, revision: row.revision + 1 }
    })
  }

  async setObserved(_hostId: string, { vm }: VmSighting): Promise<void> {
    this.observed.push(vm)
  }

  async setOwner(vmId: string, { hostId, epoch, disks = [] }: VmOwner): Promise<void> {
    this.#change(vmId, (row) => {
      if (row.ownerEpoch >= epoch) return row
      const moved = disks.length === 0 ? {} : { spec: specAfterMove(row.spec, disks), revision: row.revision + 1 }
      return { ...row, ...moved, hostId, ownerEpoch: epoch }
    })
  }

  async remove(vmId: string): Promise<void> {
    this.rows.delete(vmId)
  }

  #change(vmId: string, change: (row: VmRecord) => VmRecord): void {
    const row = this.rows.get(vmId)
    if (row) this.rows.set(vmId, change(row))
  }
}

export class MemoryMoves implements MoveRecords {
  readonly figuresKept: MoveProgress[] = []
  report: MoveReport | null = null
  isAbandonOwed = false
  moveNetwork: string | null = null
  /** Throws what the rules say. */
  check: (targetHostId: string) => void = () => undefined

  async requireFit(_vmId: string, { hostId }: { hostId: string }): Promise<HostFitness> {
    this.check(hostId)
    return hostFitnessSchema.parse({
      ...{ hostId, name: 'host-b', verdict: 'can', isCurrent: false, memoryBytes: 1, score: 2 },
      ...{ freeMemoryAfterBytes: 1, reasons: [{ rule: 'online', verdict: 'can', text: 'It is online.' }] },
    })
  }

  secretsOf(operationId: string): MoveSecrets {
    return moveSecretsOf(makeSecretBox(new Uint8Array(32)), operationId)
  }

  imageTokenOf(operationId: string): Pick<MoveSecrets, 'token' | 'tokenHash'> {
    return imageTokenOf(makeSecretBox(new Uint8Array(32)), operationId)
  }

  async addressOf(): Promise<{ address: string; port: number; moveNetwork: string | null }> {
    return { address: '10.0.0.2', port: 7444, moveNetwork: this.moveNetwork }
  }

  figures(): MoveFigures {
    return {
      note: (progress) => void this.figuresKept.push(progress),
      [Symbol.asyncDispose]: async () => undefined,
    }
  }

  async setReport(_operationId: string, report: MoveReport): Promise<void> {
    this.report = report
  }

  async oweAbandon(): Promise<void> {
    this.isAbandonOwed = true
  }
}

export class MemoryPools implements PoolRecords {
  /** Names by pool, and the hosts that have each. */
  readonly names = new Map<string, string>()
  readonly hosts = new Map<string, Set<string>>()

  async setSeen(hostId: string, { shared }: PoolObservation): Promise<void> {
    if (shared === null) return
    const { poolId } = shared
    this.hosts.set(poolId, (this.hosts.get(poolId) ?? new Set()).add(hostId))
  }

  async removeSeen(hostId: string, { poolId }: { poolId: string }): Promise<void> {
    this.hosts.get(poolId)?.delete(hostId)
  }

  async hasOthers(poolId: string, hostId: string): Promise<boolean> {
    return [...(this.hosts.get(poolId) ?? [])].some((other) => other !== hostId)
  }

  async forget(poolId: string): Promise<void> {
    if ((this.hosts.get(poolId)?.size ?? 0) === 0) this.names.delete(poolId)
  }
}

export interface MemoryImage {
  source: ImageSource
  state: 'importing' | 'ready' | 'failed' | 'deleting'
  error: WireError | null
  replicas: { hostId: string; pool: string; isLeaving?: boolean }[]
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
    const isOther = (each: { hostId: string; pool: string }): boolean => each.hostId !== hostId || each.pool !== pool
    if (row) row.replicas = [...row.replicas.filter(isOther), { hostId, pool }]
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

  async removeReplica(imageId: string, { hostId, pool }: { hostId: string; pool: string }): Promise<void> {
    const row = this.rows.get(imageId)
    if (row) row.replicas = row.replicas.filter((each) => each.hostId !== hostId || each.pool !== pool)
  }

  async whereabouts(imageId: string): Promise<ImageWhereabouts> {
    const row = this.rows.get(imageId)
    if (row === undefined) throw new AppError('IMAGE_NOT_FOUND', `There is no image ${imageId}.`)
    const places = row.replicas.filter(({ isLeaving }) => isLeaving !== true)
    const senders = places.map(({ hostId }) => ({ hostId, name: 'host-a', address: '10.0.0.1', port: 7444 }))
    const leaving = row.replicas.filter(({ isLeaving }) => isLeaving === true)
    return { name: 'tiny', sha256: fakeImage.sha256, places, leaving, senders }
  }

  async setForgetting(imageId: string, place: { hostId: string; pool: string }): Promise<void> {
    if (this.isInUse) throw new AppError('IMAGE_IN_USE', 'A machine shares its blocks.')
    this.#mark(imageId, place, true)
  }

  async setKept(imageId: string, place: { hostId: string; pool: string }): Promise<void> {
    this.#mark(imageId, place, false)
  }

  #mark(imageId: string, { hostId, pool }: { hostId: string; pool: string }, isLeaving: boolean): void {
    const row = this.rows.get(imageId)
    if (row === undefined) return
    row.replicas = row.replicas.map((each) =>
      each.hostId === hostId && each.pool === pool ? { hostId, pool, isLeaving } : each,
    )
  }

  async remove(imageId: string): Promise<void> {
    this.rows.delete(imageId)
  }

  #setState(imageId: string, state: MemoryImage['state']): void {
    const row = this.rows.get(imageId)
    if (row) row.state = state
  }
}
