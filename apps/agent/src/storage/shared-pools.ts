/**
 * How this host comes to a shared pool, and leaves it.
 *
 * Owner of its state: `pools.json`, and the map of open pools with it. Invariants: a pool is in the book once its marker
 * was found, and before anything of it is used; changes go one after the other.
 */
import { rm } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { AppError } from '@berth/core/errors/app-error'
import type { AgentCommandOf } from '@berth/core/agent-contract/agent-commands'
import type { PoolObservation } from '@berth/core/storage/volume'
import type { VmSpec } from '@berth/core/vm/vm-spec'
import { syncDirectory } from './durable-files.ts'
import { inspectDirectory } from './inspect-directory.ts'
import { fileExists } from './image-store.ts'
import { PoolBook, type PoolEntry } from './pool-book.ts'
import { makeMarker, markerPath, readMarker } from './pool-marker.ts'
import { PoolLayout } from './pool-layout.ts'
import { Pool } from './pool.ts'
import { removeEmptyFolder } from './sweep-pool.ts'

export interface SharedPoolsOptions {
  readonly dataDir: string
  readonly mayReachLoopback: boolean
}

export class SharedPools {
  readonly #options: SharedPoolsOptions
  readonly #book: PoolBook
  readonly #pools = new Map<string, Pool>()
  #turn: Promise<unknown> = Promise.resolve()

  private constructor(options: SharedPoolsOptions) {
    this.#options = options
    this.#book = new PoolBook(options.dataDir)
  }

  /** Side by side: one whose server is away costs its seconds once. */
  static async open(options: SharedPoolsOptions): Promise<SharedPools> {
    const shared = new SharedPools(options)
    const entries = await shared.#book.read()
    const pools = await Promise.all(entries.map((entry) => Pool.openShared(entry, options.mayReachLoopback)))
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
      const { poolId, name, path, hostId } = command
      const entry: PoolEntry = { poolId, name, path, hostId }
      const known = this.all().find((pool) => pool.name === name || pool.entry?.poolId === poolId)
      if (known?.entry) {
        requireSame(known.entry, entry)
        await known.requireUsable()
        return known.observe(0)
      }
      this.#refuseNested(path)
      await enter(command)
      // Before it is opened, which tries direct IO out in one of its folders.
      await new PoolLayout(path, hostId).create()
      const pool = await Pool.openShared(entry, this.#options.mayReachLoopback)
      await pool.requireUsable()
      await this.#book.write([...this.#entries(), entry])
      this.#pools.set(name, pool)
      return pool.observe(0)
    })
  }

  /** Idempotent. What lies in it stays. Throws POOL_IN_USE with the names of machines that have disks there. */
  detach(command: AgentCommandOf<'pool.detach'>, specs: readonly VmSpec[]): Promise<void> {
    return this.#inTurn(async () => {
      const { poolId, name, path, hostId, isLast } = command
      const known = this.#pools.get(name)
      const isHere = known?.entry?.poolId === poolId
      if (isHere) refuseInUse(name, specs)
      // Also where the attaching agent died before the book was written: the marker would stay for ever.
      const entry: PoolEntry = { poolId, name, path, hostId }
      const pool = isHere ? known : await Pool.openShared(entry, this.#options.mayReachLoopback)
      if ((await pool.look()).problem === null) await leave(pool, isLast)
      if (!isHere) return
      await this.#book.write(this.#entries().filter((each) => each.poolId !== poolId))
      this.#pools.delete(name)
    })
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

function requireSame(known: PoolEntry, asked: PoolEntry): void {
  if (known.poolId === asked.poolId && known.name === asked.name && known.path === asked.path) return
  const message = `This host has the pool "${known.name}" already, in ${known.path}.`
  throw new AppError('POOL_WRONG', message, { details: { ...known } })
}

function refuseInUse(name: string, specs: readonly VmSpec[]): void {
  const names = specs.filter(({ disks }) => disks.some((disk) => disk.pool === name)).map((spec) => spec.name)
  if (names.length === 0) return
  const message = `Machines on this host have disks in the pool "${name}": ${names.join(', ')}`
  throw new AppError('POOL_IN_USE', message, { details: { names } })
}

async function enter({ poolId, path, isFirst }: AgentCommandOf<'pool.attach'>): Promise<void> {
  const report = await inspectDirectory(path)
  const isMade = report.poolId === null && !isFirst
  // Before its problem: "not empty" of a directory that is not mounted would lead astray.
  if (isMade) {
    const message = `The pool is not in ${path}: its file system is not mounted, or this host sees another directory.`
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
