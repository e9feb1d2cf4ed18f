/**
 * One pool of this host: its own, or one that it shares with other hosts.
 *
 * Owner of its state: whether it is there, as it was last seen. Invariant: nothing is written to a shared pool before its
 * marker was read, so that a directory whose file system is not mounted stays empty.
 */
import { AppError } from '@berth/core/errors/app-error'
import { defaultPoolName, type PoolObservation } from '@berth/core/storage/volume'
import { ImageStore } from './image-store.ts'
import type { PoolEntry } from './pool-book.ts'
import { PoolLayout } from './pool-layout.ts'
import { noSpace, PoolWatch, type PoolSight } from './pool-sight.ts'
import type { PoolMounts } from './pool-mounts.ts'
import { spaceOf } from './pool-space.ts'
import { PoolTrash } from './pool-trash.ts'
import { supportsDirectIo } from './qemu-img.ts'
import { VolumeStore } from './volume-store.ts'

interface SharedPoolOptions {
  readonly mayReachLoopback: boolean
  readonly mounts: PoolMounts
}

export class Pool {
  readonly name: string
  readonly layout: PoolLayout
  /** Null for a pool of this host alone. */
  readonly entry: PoolEntry | null
  readonly trash: PoolTrash
  readonly images: ImageStore
  readonly volumes: VolumeStore
  readonly #watch: PoolWatch | undefined
  readonly #mounts: PoolMounts | undefined
  #hasDirectIo: boolean | undefined
  #problem: string | null = null

  private constructor(place: {
    layout: PoolLayout
    entry: PoolEntry | null
    mayReachLoopback: boolean
    mounts?: PoolMounts
  }) {
    const { layout, entry, mayReachLoopback } = place
    this.name = entry?.name ?? defaultPoolName
    this.layout = layout
    this.entry = entry
    this.trash = new PoolTrash(layout)
    this.images = new ImageStore(layout, { trash: this.trash, mayReachLoopback })
    this.volumes = new VolumeStore(layout, this.images, this.trash)
    this.#mounts = place.mounts
    this.#watch = entry === null ? undefined : new PoolWatch(entry.path, entry.poolId)
  }

  /** This host's own, made where it is missing. */
  static async openOwn(root: string, mayReachLoopback: boolean): Promise<Pool> {
    const layout = new PoolLayout(root)
    await layout.create()
    const pool = new Pool({ layout, entry: null, mayReachLoopback })
    await pool.look()
    return pool
  }

  /** One that is not there is opened all the same, and told so. */
  static async openShared(entry: PoolEntry, options: SharedPoolOptions): Promise<Pool> {
    const pool = new Pool({ layout: new PoolLayout(entry.path, entry.hostId), entry, ...options })
    await pool.look()
    return pool
  }

  /** As it was last seen. */
  get problem(): string | null {
    return this.#problem
  }

  /** Whether disks in it may be opened with cache=none. */
  get hasDirectIo(): boolean {
    return this.#hasDirectIo ?? false
  }

  async look(): Promise<PoolSight> {
    const sight = await this.#sight()
    this.#problem = sight.problem
    // Found out once it is there, for which it is written to.
    if (sight.problem === null) this.#hasDirectIo ??= await supportsDirectIo(this.layout.volumes, this.layout.hostId)
    return sight
  }

  async #sight(): Promise<PoolSight> {
    if (this.#watch === undefined) return { problem: null, space: await spaceOf(this.layout.root) }
    const { path, source } = this.entry ?? {}
    const isMounted = path !== undefined && source !== undefined
    const problem = isMounted ? await this.#mounts?.problem({ path, source }) : null
    return typeof problem === 'string' ? { problem, space: noSpace } : this.#watch.look()
  }

  /** Throws POOL_UNAVAILABLE with what is the matter. */
  async requireUsable(): Promise<void> {
    if (this.#watch === undefined) return
    const { problem } = await this.look()
    if (problem === null) return
    throw new AppError('POOL_UNAVAILABLE', `The pool "${this.name}" cannot be used: ${problem}`, {
      details: { pool: this.name, path: this.layout.root },
    })
  }

  /** `committedBytes` is what this host's machines' disks in it may grow to. */
  async observe(committedBytes: number): Promise<PoolObservation> {
    const { problem, space } = await this.look()
    return {
      name: this.name,
      path: this.layout.root,
      ...space,
      committedBytes,
      supportsDirectIo: this.hasDirectIo,
      shared: this.entry === null ? null : { poolId: this.entry.poolId },
      problem,
    }
  }
}
