/** Pools in the database: what hosts said of theirs, put together by the id of those that they share. */
import { Prisma, type DatabaseClient } from '@berth/prisma/client'
import { AppError } from '@berth/core/errors/app-error'
import { poolViewSchema, type PoolView } from '@berth/core/storage/pool'
import { poolSourceSchema, type PoolSource } from '@berth/core/storage/pool-source'
import { decodeCursor, encodeCursor, type Page, type PageCut } from '../trpc/paging.ts'

interface PoolKey {
  /** What the list is sorted by: shared ones first, then hosts' own by the host's name. */
  readonly sortKey: string
  /** Of the shared pool, or of the row of a host's own. */
  readonly id: string
}

/** A pool that a host says it shares, and of which this panel never heard, is listed as well. */
export async function listPools(db: DatabaseClient, page: PageCut): Promise<Page<PoolView>> {
  const after = page.cursor === undefined ? null : decodeCursor(page.cursor)
  const rows = await db.$queryRaw<PoolKey[]>`
    SELECT sort_key AS "sortKey", id::text FROM (
      SELECT '0' || min(name) AS sort_key, id FROM (
        SELECT name, id FROM shared_pool UNION SELECT name, shared_id FROM pool WHERE shared_id IS NOT NULL
      ) named GROUP BY id
      UNION ALL
      SELECT '1' || host.name || ' ' || pool.name, pool.id FROM pool JOIN host ON host.id = pool.host_id
      WHERE pool.shared_id IS NULL
    ) keyed
    WHERE ${after === null ? Prisma.sql`true` : Prisma.sql`(sort_key COLLATE "C", id) > (${after[0]}, ${after[1]}::uuid)`}
    ORDER BY sort_key COLLATE "C", id LIMIT ${page.limit + 1}`
  const keys = rows.slice(0, page.limit)
  const last = rows.length > page.limit ? keys.at(-1) : undefined
  const items = await findPoolViews(db, keys)
  return { items, nextCursor: last === undefined ? null : encodeCursor([last.sortKey, last.id]) }
}

async function findPoolViews(db: DatabaseClient, keys: readonly PoolKey[]): Promise<PoolView[]> {
  const ids = keys.map(({ id }) => id)
  const [rows, shared] = await Promise.all([
    db.pool.findMany({
      where: { OR: [{ sharedId: { in: ids } }, { id: { in: ids }, sharedId: null }] },
      include: { host: { select: { name: true, state: true } } },
      orderBy: { host: { name: 'asc' } },
    }),
    db.sharedPool.findMany({ where: { id: { in: ids } } }),
  ])
  const counts = await countMachines(
    db,
    rows.map(({ hostId }) => hostId),
  )
  const known = new Map(shared.map((row) => [row.id, row]))
  return ids.flatMap((id) => {
    const here = rows.filter((row) => (row.sharedId ?? row.id) === id)
    const own = known.get(id)
    const name = own?.name ?? here[0]?.name
    const face = { id, isShared: own !== undefined, source: own?.source ?? null }
    return name === undefined ? [] : [poolViewOf({ ...face, name }, here, counts)]
  })
}

type PoolRow = Prisma.PoolGetPayload<{ include: { host: { select: { name: true; state: true } } } }>
const countKey = (hostId: string, pool: string): string => `${hostId} ${pool}`

interface PoolFace {
  readonly id: string
  readonly name: string
  readonly isShared: boolean
  readonly source: unknown
}

function poolViewOf(
  { id, name, isShared, source }: PoolFace,
  rows: readonly PoolRow[],
  counts: ReadonlyMap<string, number>,
): PoolView {
  // Who cannot see it now says 0, and who is away said it long ago.
  const witness = rows
    .toSorted((a, b) => b.seenAt.getTime() - a.seenAt.getTime())
    .toSorted((a, b) => Number(isSeen(b)) - Number(isSeen(a)))[0]
  return poolViewSchema.parse({
    poolId: isShared || rows.some((row) => row.sharedId !== null) ? id : null,
    name,
    source,
    hosts: rows.map((row) => ({
      hostId: row.hostId,
      name: row.host.name,
      state: row.host.state,
      path: row.path,
      problem: row.problem,
      supportsDirectIo: row.supportsDirectIo,
      vmCount: counts.get(countKey(row.hostId, row.name)) ?? 0,
      seenAt: row.seenAt.toISOString(),
    })),
    totalBytes: Number(witness?.totalBytes ?? 0),
    freeBytes: Number(witness?.freeBytes ?? 0),
    // Each host says what its own machines may use.
    committedBytes: rows.reduce((sum, row) => sum + Number(row.committedBytes), 0),
  })
}

const isSeen = (row: PoolRow): boolean => row.problem === null && row.host.state === 'online'

async function countMachines(db: DatabaseClient, hostIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await db.$queryRaw<{ hostId: string; pool: string; count: number }[]>`
    SELECT volume.host_id AS "hostId", volume.pool, count(DISTINCT volume.vm_id)::int AS count
    FROM volume JOIN vm ON vm.id = volume.vm_id AND vm.deleted_at IS NULL
    WHERE volume.host_id = ANY(${[...hostIds]}::uuid[]) GROUP BY 1, 2`
  return new Map(rows.map(({ hostId, pool, count }) => [countKey(hostId, pool), count]))
}

/** Throws POOL_NAME_TAKEN. */
export async function insertSharedPool(tx: DatabaseClient, { poolId, name, source }: NamedPool): Promise<void> {
  const row = { id: poolId, name, ...(source === null ? {} : { source }) }
  const { count } = await tx.sharedPool.createMany({ data: [row], skipDuplicates: true })
  if (count === 0) throw nameTaken(name)
}

export const nameTaken = (name: string): AppError =>
  new AppError('POOL_NAME_TAKEN', `There is a pool "${name}" already.`, { details: { field: 'name' } })

export interface NamedPool {
  readonly poolId: string
  readonly name: string
  /** What agents mount for it; null for a directory. */
  readonly source: PoolSource | null
}

/** Throws OBJECT_NOT_FOUND. */
export async function requireSharedPool(db: DatabaseClient, poolId: string): Promise<NamedPool> {
  const row = await db.sharedPool.findUnique({ where: { id: poolId } })
  if (row === null) throw new AppError('OBJECT_NOT_FOUND', `There is no shared pool ${poolId}.`)
  return { poolId, name: row.name, source: poolSourceSchema.nullable().parse(row.source) }
}

/** Where a host has a shared pool; null when it has not. */
export async function findPoolPath(
  db: DatabaseClient,
  where: { poolId: string; hostId: string },
): Promise<string | null> {
  const row = await db.pool.findFirst({
    where: { sharedId: where.poolId, hostId: where.hostId },
    select: { path: true },
  })
  return row?.path ?? null
}

/** Those of the hosts that can be worked with, in the order asked for. Throws HOST_NOT_FOUND. */
export async function requirePoolHosts(db: DatabaseClient, hostIds: readonly string[]) {
  const rows = await db.host.findMany({
    where: { id: { in: [...hostIds] } },
    select: { id: true, name: true, state: true, capabilities: true },
  })
  return hostIds.map((hostId) => {
    const row = rows.find(({ id }) => id === hostId)
    if (row === undefined) throw new AppError('HOST_NOT_FOUND', `There is no host ${hostId}.`)
    return row
  })
}
