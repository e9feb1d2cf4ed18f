/**
 * How this host comes to a shared pool, and leaves it.
 *
 * Owner of its state: `pools.json`, and the map of open pools with it. Invariants: a pool is in the book once its marker
 * was found, and before anything of it is used; changes go one after the other. What the agent mounts for a pool is mounted
 * before it is entered, and unmounted when it is left; what is in the book is mounted again (pool-mounts.ts).
 */
import { rm } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { AppError, toAppError } from '@berth/core/errors/app-error'
import type { AgentCommandOf } from '@berth/core/agent-contract/agent-commands'
import type { DirectoryReport, PoolPlaceWish } from '@berth/core/agent-contract/pool-commands'
import { sourceText } from '@berth/core/storage/pool-source'
import type { DiskSpec, PoolObservation } from '@berth/core/storage/volume'
import { syncDirectory } from './durable-files.ts'
import { inspectDirectory } from './inspect-directory.ts'
import { fileExists } from './image-store.ts'
import { PoolBook, type PoolEntry } from './pool-book.ts'
import { PoolMounts, type MountPlace } from './pool-mounts.ts'
import { makeMarker, markerPath, readMarker } from './pool-marker.ts'
import { PoolLayout } from './pool-layout.ts'
import { Pool } from './pool.ts'
import { removeEmptyFolder } from './sweep-pool.ts'

export interface SharedPoolsOptions {
  readonly dataDir: string
  readonly mayReachLoopback: boolean
}

/** What the agent's start waits for servers: machines that start with the host have their disks there. */
const startPatienceMs = 8_000

/** Of whom is asked which pools it needs. */
export interface PoolUser {
  readonly name: string
  readonly disks: readonly Pick<DiskSpec, 'pool'>[]
}

export class SharedPools {
  readonly #options: SharedPoolsOptions
  readonly #book: PoolBook
  readonly #mounts: PoolMounts
  readonly #pools = new Map<string, Pool>()
  /** Pools that are being left: not mounted again under the hands of that. */
  readonly #leaving = new Set<string>()
  #turn: Promise<unknown> = Promise.resolve()

  private constructor(options: SharedPoolsOptions, mounts = new PoolMounts(options.dataDir)) {
    this.#options = options
    this.#mounts = mounts
    this.#book = new PoolBook(options.dataDir)
  }

  /** Side by side: one whose server is away costs its seconds once. */
  static async open(options: SharedPoolsOptions, mounts?: PoolMounts): Promise<SharedPools> {
    const shared = new SharedPools(options, mounts)
    const entries = await shared.#book.read()
    await shared.#mountAll(entries)
    const pools = await Promise.all(entries.map((entry) => shared.#openPool(entry)))
    for (const pool of pools) shared.#pools.set(pool.name, pool)
    return shared
  }

  all(): readonly Pool[] {
    return [...this.#pools.values()]
  }

  /**
   * Idempotent. Throws POOL_UNAVAILABLE when the directory cannot be used, POOL_WRONG when it is not that pool, or the name
   * is another pool's here.
   */
  attach(command: AgentCommandOf<'pool.attach'>): Promise<PoolObservation> {
    return this.#inTurn(async () => {
      const { name, poolId } = command
      const entry = this.#entryOf(command)
      const known = this.all().find((pool) => pool.name === name || pool.entry?.poolId === poolId)
      if (known?.entry) {
        requireSame(known.entry, entry)
        await known.requireUsable()
        return known.observe(0)
      }
      const place = mountPlaceOf(entry)
      if (place === null) this.#refuseNested(entry.path)
      else await this.#mounts.mount(place)
      try {
        return await this.#enter(entry, command.isFirst)
      } catch (error) {
        // Nothing stays of it; where it does not go, the reason why it was refused is what matters.
        if (place !== null) await this.#mounts.unmount(place, false).catch(() => undefined)
        throw error
      }
    })
  }

  async #enter(entry: PoolEntry, isFirst: boolean): Promise<PoolObservation> {
    await enter(entry, isFirst)
    // Before it is opened, which tries direct IO out in one of its folders.
    await new PoolLayout(entry.path, entry.hostId).create()
    const pool = await this.#openPool(entry)
    await pool.requireUsable()
    await this.#book.write([...this.#entries(), entry])
    this.#pools.set(entry.name, pool)
    return pool.observe(0)
  }

  /** What is found in a directory, or in an export that is mounted for as long as that takes. Never throws. */
  async inspect({ path, source }: PoolPlaceWish): Promise<DirectoryReport> {
    if (source === undefined) return inspectDirectory(path ?? '')
    const place = { path: this.#mounts.trialPath(), source }
    try {
      await this.#mounts.mount(place)
      const report = await inspectDirectory(place.path)
      const problem = report.problem?.replaceAll(place.path, sourceText(source)) ?? null
      return { ...report, problem }
    } catch (error) {
      return { ...nothingFound, problem: toAppError(error).message }
    } finally {
      // The next start of the agent takes away what stays.
      await this.#mounts.unmount(place, true).catch(() => undefined)
    }
  }

  /** Mounts what is not mounted and should be, each when its time has come. Waits for nothing. */
  tendMounts(): void {
    this.#mounts.tend(mountPlacesOf(this.#entries().filter(({ poolId }) => !this.#leaving.has(poolId))))
  }

  /** Idempotent. What lies in it stays. Throws POOL_IN_USE with the names of machines that have disks there, or are to have. */
  detach(command: AgentCommandOf<'pool.detach'>, users: readonly PoolUser[]): Promise<void> {
    return this.#inTurn(async () => {
      const { poolId, name } = command
      const known = this.#pools.get(name)
      const isHere = known?.entry?.poolId === poolId
      if (isHere) refuseInUse(name, users)
      this.#leaving.add(poolId)
      try {
        await this.#leave(isHere ? known : undefined, command)
        if (!isHere) return
        await this.#book.write(this.#entries().filter((each) => each.poolId !== poolId))
        this.#pools.delete(name)
      } finally {
        this.#leaving.delete(poolId)
      }
    })
  }

  /** Unmounted before it is out of the book: where that fails the host still says that it has the pool. */
  async #leave(known: Pool | undefined, command: AgentCommandOf<'pool.detach'>): Promise<void> {
    const place = mountPlaceOf(known?.entry ?? this.#entryOf(command))
    // Also where the attaching agent died before the book was written: the marker would stay for ever. What cannot be
    // mounted was not entered, or cannot be tidied now.
    if (known === undefined && place !== null && command.isLast) await this.#mounts.mount(place).catch(() => undefined)
    const pool = known ?? (await this.#openPool(this.#entryOf(command)))
    const { problem } = await pool.look()
    if (problem === null) await leave(pool, command.isLast)
    if (place !== null) await this.#mounts.unmount(place, problem !== null)
  }

  #entryOf({ poolId, name, hostId, path, source }: AgentCommandOf<'pool.attach' | 'pool.detach'>): PoolEntry {
    const place = path ?? this.#mounts.pathOf(poolId)
    return { poolId, name, hostId, path: place, ...(source === undefined ? {} : { source }) }
  }

  #openPool(entry: PoolEntry): Promise<Pool> {
    return Pool.openShared(entry, { mayReachLoopback: this.#options.mayReachLoopback, mounts: this.#mounts })
  }

  /** For as long as the start has patience; who is late is tended later. */
  async #mountAll(entries: readonly PoolEntry[]): Promise<void> {
    await this.#mounts.sweep()
    const inTime = new AbortController()
    const patience = wait(startPatienceMs, undefined, inTime).catch(() => undefined)
    const tries = mountPlacesOf(entries).map((place) => this.#mounts.mount(place).catch(() => undefined)) // told by `problem`
    await Promise.race([Promise.all(tries), patience])
    inTime.abort()
  }

  #entries(): PoolEntry[] {
    return this.all().flatMap(({ entry }) => (entry === null ? [] : [entry]))
  }

  /** A pool within another one, or in the agent's own data, would be swept and filled by both. */
  #refuseNested(path: string): void {
    const taken = [this.#options.dataDir, ...this.#entries().map((entry) => entry.path)]
    const other = taken.find((root) => isWithin(path, root) || isWithin(root, path))
    if (other !== undefined) throw new AppError('POOL_WRONG', `${path} and ${other} lie within each other.`)
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work)
    this.#turn = turn.catch(() => undefined)
    return turn
  }
}

const isWithin = (path: string, root: string): boolean => path === root || path.startsWith(root + sep)

const nothingFound: DirectoryReport = {
  ...{ fileSystem: 'unknown', isOnRootDisk: false, totalBytes: 0, freeBytes: 0, supportsDirectIo: false },
  ...{ poolId: null, problem: null },
}

/** Null for a directory that somebody else has mounted. */
const mountPlaceOf = ({ path, source }: PoolEntry): MountPlace | null =>
  source === undefined ? null : { path, source }

const mountPlacesOf = (entries: readonly PoolEntry[]): MountPlace[] =>
  entries.flatMap((entry) => mountPlaceOf(entry) ?? [])

const faceOf = ({ poolId, name, path, source }: PoolEntry): string =>
  JSON.stringify([poolId, name, path, source && [sourceText(source), source.version]])

function requireSame(known: PoolEntry, asked: PoolEntry): void {
  if (faceOf(known) === faceOf(asked)) return
  const from = known.source === undefined ? '' : `, mounted from ${sourceText(known.source)}`
  const message = `This host has the pool "${known.name}" already, in ${known.path}${from}.`
  throw new AppError('POOL_WRONG', message, { details: { ...known } })
}

function refuseInUse(name: string, users: readonly PoolUser[]): void {
  const names = users.filter(({ disks }) => disks.some((disk) => disk.pool === name)).map((spec) => spec.name)
  if (names.length === 0) return
  const message = `Machines on this host have disks in the pool "${name}": ${names.join(', ')}`
  throw new AppError('POOL_IN_USE', message, { details: { names } })
}

async function enter({ poolId, path, source }: PoolEntry, isFirst: boolean): Promise<void> {
  const report = await inspectDirectory(path)
  const isMade = report.poolId === null && !isFirst
  // Before its problem: "not empty" of a directory that is not mounted would lead astray.
  if (isMade) {
    const message =
      source === undefined
        ? `The pool is not in ${path}: its file system is not mounted, or this host sees another directory.`
        : `The pool is not in ${sourceText(source)}: that is another export, or another server by that name.`
    throw new AppError('POOL_WRONG', message)
  }
  if (report.problem !== null) throw new AppError('POOL_UNAVAILABLE', report.problem)
  const found = report.poolId ?? (await makeMarker(path, poolId))
  if (found === poolId) return
  const message = `Another pool lies in ${path} (${found}), not the one that is asked for.`
  throw new AppError('POOL_WRONG', message, { details: { found, asked: poolId } })
}

/** Its own folders where they are empty; by the last host all, and with them the marker: the directory can become another pool. */
async function leave({ layout, entry }: Pool, isLast: boolean): Promise<void> {
  for (const folder of [layout.trash, layout.incoming]) await removeEmptyFolder(folder)
  if (!isLast) return
  const folders = [layout.images, layout.volumes, join(layout.root, 'trash'), join(layout.root, 'incoming')]
  for (const folder of folders) await removeEmptyFolder(folder)
  const left = await Promise.all(folders.map(fileExists))
  if (left.includes(true)) return layout.create()
  if ((await readMarker(layout.root)) === entry?.poolId) await rm(markerPath(layout.root), { force: true })
  await syncDirectory(layout.root)
}
