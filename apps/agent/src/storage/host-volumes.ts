/** The machines' disks on this host: each operation goes to the pool that the disk names, once that pool is there. */
import { hasErrorCode } from '@berth/core/errors/app-error'
import type { VmId, VolumeId } from '@berth/core/ids/ids'
import type { DiskSpec, VolumeObservation } from '@berth/core/storage/volume'
import { isMissing } from './durable-files.ts'
import type { PoolDirectory } from './pool-directory.ts'
import { volumeGroup } from './volume-group.ts'
import type { CreateVolumeRun } from './volume-store.ts'

type Placed = Pick<DiskSpec, 'volumeId' | 'format' | 'pool'>

export class HostVolumes {
  readonly #pools: PoolDirectory

  constructor(pools: PoolDirectory) {
    this.#pools = pools
  }

  path(vmId: VmId, disk: Placed): string {
    return this.#pools.require(disk.pool).volumes.path(vmId, disk)
  }

  /** See VolumeStore.create. In a shared pool the machine must have been claimed. Throws POOL_UNAVAILABLE. */
  async create(vmId: VmId, disk: DiskSpec, run: CreateVolumeRun): Promise<VolumeObservation> {
    return (await this.#pools.requireUsable(disk.pool)).volumes.create(vmId, disk, run)
  }

  async resize(vmId: VmId, disk: DiskSpec, sizeBytes: number): Promise<void> {
    await (await this.#pools.requireUsable(disk.pool)).volumes.resize(vmId, disk, sizeBytes)
  }

  /** See VolumeStore.grant: on every host that shares the disk the same, so that one may grant while another's QEMU writes. */
  async grant(vmId: VmId, disk: Placed, ids: { uid: number; gid: number }): Promise<void> {
    await (await this.#pools.requireUsable(disk.pool)).volumes.grant(vmId, disk, ids)
  }

  /** The groups that a machine's QEMU needs to open its disks, and those that come into a shared pool while it runs. */
  groupsOf(vmId: VmId): number[] {
    return [volumeGroup(vmId)]
  }

  /** Returns when so many bytes fit into the pool. Throws POOL_FULL with the numbers, POOL_UNAVAILABLE, OBJECT_NOT_FOUND. */
  async makeRoom(pool: string, bytes: number): Promise<void> {
    await (await this.#pools.requireUsable(pool)).trash.makeRoom(bytes)
  }

  /** Writes down in shared pools that this host owns the machine at `epoch`. Throws VOLUME_FOREIGN, POOL_UNAVAILABLE. */
  async claim(vmId: VmId, disks: readonly Pick<DiskSpec, 'pool'>[], epoch: number): Promise<void> {
    for (const name of new Set(disks.map(({ pool }) => pool))) {
      if (!this.#pools.isShared(name)) continue
      await (await this.#pools.requireUsable(name)).volumes.claim(vmId, epoch)
    }
  }

  /** Idempotent. Throws VOLUME_FOREIGN for a disk in a shared pool that another host's machine has. */
  async delete(vmId: VmId, disk: { volumeId: VolumeId; pool: string; vmEpoch: number }, nowMs?: number): Promise<void> {
    await (await this.#pools.requireUsable(disk.pool)).volumes.delete(vmId, disk, nowMs)
  }

  /** See VolumeStore.discard. Throws OBJECT_NOT_FOUND, POOL_UNAVAILABLE. */
  async discard(vmId: VmId, disk: { volumeId: VolumeId; pool: string; vmEpoch: number }): Promise<void> {
    await (await this.#pools.requireUsable(disk.pool)).volumes.discard(vmId, disk)
  }

  /** Undefined for a disk that is not (yet) there, or whose pool is away. */
  async observe(vmId: VmId, disk: Placed & Pick<DiskSpec, 'sizeBytes'>): Promise<VolumeObservation | undefined> {
    try {
      return await (await this.#pools.requireUsable(disk.pool)).volumes.observe(vmId, disk)
    } catch (error) {
      if (isMissing(error) || hasErrorCode(error, 'POOL_UNAVAILABLE', 'OBJECT_NOT_FOUND')) return undefined
      throw error
    }
  }
}
