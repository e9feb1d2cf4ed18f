/** Hosts in the database: their views, and where they are reached. */
import type { DatabaseClient, Prisma } from '@berth/prisma/client'
import { AppError } from '@berth/core/errors/app-error'
import { agentFitOf } from '@berth/core/host/agent-fit'
import { hostViewSchema, type HostView } from '@berth/core/host/host'
import type { LiveFigures } from '../metrics/live-figures.ts'
import { decodeCursor, encodeCursor, likePattern, type Page, type PageCut } from '../trpc/paging.ts'
import { committedByHost, nothingCommitted, type Committed } from './committed-repo.ts'

export interface HostReader {
  readonly db: DatabaseClient
  readonly live: LiveFigures
}

type HostRow = Prisma.HostGetPayload<{ include: { pools: true } }>

function hostViewOf(row: HostRow, committed: Committed, live: LiveFigures): HostView {
  return hostViewSchema.parse({
    hostId: row.id,
    name: row.name,
    address: row.address,
    state: row.state,
    stateSince: row.stateSince.toISOString(),
    seenAt: row.seenAt?.toISOString() ?? null,
    clockSkewMs: row.clockSkewMs,
    agentVersion: row.agentVersion,
    agentFit: agentFitOf(row),
    revokedAt: row.revokedAt?.toISOString() ?? null,
    isInMaintenance: row.isInMaintenance,
    moveNetwork: row.moveNetwork,
    facts: row.facts,
    gauges: row.state === 'online' ? live.gaugesOf(row.id) : null,
    pools: row.pools.map((pool) => ({
      name: pool.name,
      path: pool.path,
      totalBytes: Number(pool.totalBytes),
      freeBytes: Number(pool.freeBytes),
      committedBytes: Number(pool.committedBytes),
      supportsDirectIo: pool.supportsDirectIo,
      shared: pool.sharedId === null ? null : { poolId: pool.sharedId },
      problem: pool.problem,
    })),
    committed,
  })
}

/** Views in the order of the ids; hosts that are gone are left out. */
export async function findHostViews({ db, live }: HostReader, hostIds: readonly string[]): Promise<HostView[]> {
  if (hostIds.length === 0) return []
  const [rows, committed] = await Promise.all([
    db.host.findMany({ where: { id: { in: [...hostIds] } }, include: { pools: { orderBy: { name: 'asc' } } } }),
    committedByHost(db, hostIds),
  ])
  const byId = new Map(rows.map((row) => [row.id, row]))
  return hostIds.flatMap((id) => {
    const row = byId.get(id)
    return row ? [hostViewOf(row, committed.get(id) ?? nothingCommitted, live)] : []
  })
}

export async function requireHostView(reader: HostReader, hostId: string): Promise<HostView> {
  const [view] = await findHostViews(reader, [hostId])
  if (!view) throw new AppError('HOST_NOT_FOUND', `There is no host ${hostId}.`)
  return view
}

export interface HostFilter {
  readonly text?: string | undefined
  readonly state?: readonly string[] | undefined
}

/** One page of ids by name. */
export async function listHostIds(db: DatabaseClient, filter: HostFilter, page: PageCut): Promise<Page<string>> {
  const where: Prisma.HostWhereInput = {}
  const names: Prisma.StringFilter = {}
  if (filter.text) names.contains = likePattern(filter.text).slice(1, -1)
  if (filter.text) names.mode = 'insensitive'
  if (page.cursor !== undefined) where.AND = [{ name: { gt: decodeCursor(page.cursor)[0] } }]
  if (filter.text) where.name = names
  if (filter.state) where.state = { in: [...filter.state] }
  const rows = await db.host.findMany({
    where,
    select: { id: true, name: true },
    orderBy: { name: 'asc' },
    take: page.limit + 1,
  })
  const items = rows.slice(0, page.limit)
  const last = rows.length > page.limit ? items.at(-1) : undefined
  return { items: items.map((row) => row.id), nextCursor: last ? encodeCursor([last.name, last.id]) : null }
}

/** Nothing is known of it from now on, and its agent's line is none that anybody opens. */
export async function markHostRevoked(tx: DatabaseClient, hostId: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE host SET revoked_at = COALESCE(revoked_at, now()), cert_fingerprint = NULL, clock_skew_ms = NULL,
      state_since = CASE WHEN state = 'offline' THEN state_since ELSE now() END, state = 'offline'
    WHERE id = ${hostId}::uuid`
}

/** Answers the host's name. Throws HOST_NOT_FOUND. */
export async function setMoveNetwork(tx: DatabaseClient, hostId: string, moveNetwork: string | null): Promise<string> {
  const [row] = await tx.host.updateManyAndReturn({
    where: { id: hostId },
    data: { moveNetwork },
    select: { name: true },
  })
  if (row === undefined) throw new AppError('HOST_NOT_FOUND', `There is no host ${hostId}.`)
  return row.name
}

/** The pinned machine type of a host, and where its agent listens. Throws HOST_NOT_FOUND. */
export async function requireHostRow(db: DatabaseClient, hostId: string) {
  const row = await db.host.findUnique({
    where: { id: hostId },
    select: {
      ...{ id: true, name: true, address: true, port: true, state: true, facts: true, revokedAt: true },
      moveNetwork: true,
    },
  })
  if (!row) throw new AppError('HOST_NOT_FOUND', `There is no host ${hostId}.`)
  return row
}
