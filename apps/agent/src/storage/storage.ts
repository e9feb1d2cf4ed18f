/**
 * The storage of one host: its pools, the images and volumes in them. Each host has a pool "default" of its own below its
 * data; the others are directories that it shares with other hosts.
 */
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AgentCommandOf } from '@berth/core/agent-contract/agent-commands'
import type { DirectoryReport, PoolPlaceWish } from '@berth/core/agent-contract/pool-commands'
import type { ImageId } from '@berth/core/ids/ids'
import { defaultPoolName, type PoolObservation } from '@berth/core/storage/volume'
import type { VmSpec } from '@berth/core/vm/vm-spec'
import { publishFile } from './durable-files.ts'
import { HostImages } from './host-images.ts'
import { HostVolumes } from './host-volumes.ts'
import { fileExists } from './image-store.ts'
import { PoolDirectory } from './pool-directory.ts'
import type { PoolMounts } from './pool-mounts.ts'
import { Pool } from './pool.ts'
import { SharedPools, type PoolUser, type SharedPoolsOptions } from './shared-pools.ts'
import { sweepPool } from './sweep-pool.ts'

export class Storage {
  readonly images: HostImages
  readonly volumes: HostVolumes
  readonly #pools: PoolDirectory
  readonly #shared: SharedPools

  constructor(own: Pool, shared: SharedPools) {
    this.#pools = new PoolDirectory(own, shared)
    this.#shared = shared
    this.images = new HostImages(this.#pools)
    this.volumes = new HostVolumes(this.#pools)
  }

  /**
   * What a dead agent left half done; before commands are taken. `specs` are those of all machines, or 'unknown' where a
   * record cannot be read. Returns the paths removed.
   */
  async sweep(specs: readonly VmSpec[] | 'unknown'): Promise<string[]> {
    const used = specs === 'unknown' ? specs : usedImages(specs)
    const swept = await Promise.all(this.#pools.usable().map(({ layout }) => sweepPool(layout, used)))
    return swept.flat()
  }

  /** Whether disks of the pool may be opened with cache=none. Throws OBJECT_NOT_FOUND. */
  hasDirectIo(pool: string): boolean {
    return this.#pools.require(pool).hasDirectIo
  }

  /** `specs` are those of all machines of this host: their disks are what it has committed of each pool. */
  observePools(specs: readonly VmSpec[]): Promise<PoolObservation[]> {
    const disks = specs.flatMap((spec) => spec.disks)
    return Promise.all(
      this.#pools.all().map((each) => {
        const own = disks.filter(({ pool }) => pool === each.name)
        return each.observe(own.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0))
      }),
    )
  }

  /** Throws OBJECT_NOT_FOUND. */
  requirePool(name: string): void {
    this.#pools.require(name)
  }

  /** All pools of a machine's disks are there now. Throws OBJECT_NOT_FOUND, POOL_UNAVAILABLE with what is the matter. */
  async requirePoolsOf({ disks }: Pick<VmSpec, 'disks'>): Promise<void> {
    for (const name of new Set(disks.map(({ pool }) => pool))) await this.#pools.requireUsable(name)
  }

  /** Removes for good what has been in this host's trash for longer than `keepMs`. */
  async emptyTrash(keepMs: number): Promise<void> {
    for (const { trash } of this.#pools.usable()) await trash.empty(keepMs)
  }

  attachPool(command: AgentCommandOf<'pool.attach'>): Promise<PoolObservation> {
    return this.#shared.attach(command)
  }

  detachPool(command: AgentCommandOf<'pool.detach'>, users: readonly PoolUser[]): Promise<void> {
    return this.#shared.detach(command, users)
  }

  /** What is found there; whatever is the matter is its `problem`. */
  inspect(place: PoolPlaceWish): Promise<DirectoryReport> {
    return this.#shared.inspect(place)
  }

  /** Mounts again what this host's shared pools need and has come off. Waits for nothing. */
  tendMounts(): void {
    this.#shared.tendMounts()
  }
}

/** Throws INTERNAL when `pools.json` cannot be read; a shared pool that is not there is no reason not to start. */
export async function createStorage(options: SharedPoolsOptions, mounts?: PoolMounts): Promise<Storage> {
  const { dataDir, mayReachLoopback } = options
  const own = await Pool.openOwn(join(dataDir, 'pools', defaultPoolName), mayReachLoopback)
  return new Storage(own, await SharedPools.open({ dataDir, mayReachLoopback }, mounts))
}

const usedImages = (specs: readonly VmSpec[]): Set<ImageId> =>
  new Set(
    specs.flatMap(({ disks, cdrom }) => [
      ...disks.flatMap(({ source }) => (source.kind === 'image' ? [source.imageId] : [])),
      ...(cdrom?.imageId ? [cdrom.imageId] : []),
    ]),
  )

/** A machine's own copy of the firmware's variable store, made once: it holds the guest's boot entries. */
export async function prepareNvram(templatePath: string, path: string): Promise<void> {
  if (await fileExists(path)) return
  await copyFile(templatePath, `${path}.part`)
  await publishFile(`${path}.part`, path)
}
