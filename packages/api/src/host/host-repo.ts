/** Hosts in the database: views, and what placement has to know. */
import type { z } from 'zod'
import type { DatabaseClient, Prisma } from '@berth/prisma/client'
import { AppError } from '@berth/core/errors/app-error'
import { hostFactsSchema, hostViewSchema, type HostView } from '@berth/core/host/host'
import type { LiveFigures } from '../metrics/live-figures.ts'
import type { PlacementHost } from '../placement/place-vm.ts'
import { decodeCursor, encodeCursor, likePattern, type Page, type PageCut } from '../trpc/paging.ts'

export interface HostReader {
  readonly db: DatabaseClient
  readonly live: LiveFigures
}

interface Committed {
  readonly vcpus: number
  readonly memoryBytes: number
  readonly vmCount: number
  readonly runningVmCount: number
}

const nothingCommitted: Committed = { vcpus: 0, memoryBytes: 0, vmCount: 0, runningVmCount: 0 }

/**
 * What each host's machines may use. A machine counts as on when it is wanted on, was seen with a process, or is being
 * changed by a task: the one that is about to start has no process yet, and its memory is spoken for all the same.
 */
async function committedByHost(db: DatabaseClient, hostIds: readonly string[]): Promise<Map<string, Committed>> {
  const rows = await db.$queryRaw<{ host_id: string; vcpus: bigint; memory: bigint; count: bigint; running: bigint }[]>`
    SELECT vm.host_id,
      COALESCE(SUM((vm.spec->>'vcpus')::bigint) FILTER (WHERE is_on), 0)::bigint AS vcpus,
      COALESCE(SUM((vm.spec->>'memoryBytes')::bigint) FILTER (WHERE is_on), 0)::bigint AS memory,
      COUNT(*) AS count,
      COUNT(*) FILTER (WHERE seen.state = 'running') AS running
    FROM vm
    LEFT JOIN vm_observed seen ON seen.vm_id = vm.id
    CROSS JOIN LATERAL (SELECT vm.desired_power = 'on' OR COALESCE(seen.state, 'stopped') <> 'stopped' OR EXISTS (
      SELECT 1 FROM operation o WHERE o.vm_id = vm.id AND o.status IN ('queued', 'running', 'cancelling')
        AND o.kind IN ('vm.create', 'vm.start')) AS is_on) flag
    WHERE vm.deleted_at IS NULL AND vm.host_id = ANY(${[...hostIds]}::uuid[])
    GROUP BY vm.host_id`
  const toCommitted = (row: (typeof rows)[number]): Committed => ({
    vcpus: Number(row.vcpus),
    memoryBytes: Number(row.memory),
    vmCount: Number(row.count),
    runningVmCount: Number(row.running),
  })
  return new Map(rows.map((row) => [row.host_id, toCommitted(row)]))
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
    facts: row.facts,
    gauges: row.state === 'online' ? live.gaugesOf(row.id) : null,
    pools: row.pools.map((pool) => ({
      name: pool.name,
      path: pool.path,
      totalBytes: Number(pool.totalBytes),
      freeBytes: Number(pool.freeBytes),
      committedBytes: Number(pool.committedBytes),
      supportsDirectIo: pool.supportsDirectIo,
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

const placementFacts = hostFactsSchema.pick({ cpuCount: true, memoryBytes: true, firmwares: true, networkKinds: true })
const unknownFacts = { cpuCount: 0, memoryBytes: 0, firmwares: [], networkKinds: [] } satisfies z.infer<
  typeof placementFacts
>

/** All hosts as placement weighs them, for an image. */
export async function findPlacementHosts(db: DatabaseClient, imageId: string): Promise<PlacementHost[]> {
  const rows = await db.host.findMany({
    include: { pools: true, imageReplicas: { where: { imageId, state: 'ready' } } },
  })
  const committed = await committedByHost(
    db,
    rows.map((row) => row.id),
  )
  return rows.map((row) => {
    const facts = placementFacts.catch(unknownFacts).parse(row.facts)
    return {
      hostId: row.id,
      name: row.name,
      state: hostViewSchema.shape.state.parse(row.state),
      isInMaintenance: row.isInMaintenance,
      ...facts,
      committedMemoryBytes: committed.get(row.id)?.memoryBytes ?? 0,
      pools: row.pools.map((pool) => ({ name: pool.name, freeBytes: Number(pool.freeBytes) })),
      hasImage: row.imageReplicas.length > 0,
    }
  })
}

/** The pinned machine type of a host, and where its agent listens. Throws HOST_NOT_FOUND. */
export async function requireHostRow(db: DatabaseClient, hostId: string) {
  const row = await db.host.findUnique({
    where: { id: hostId },
    select: { id: true, name: true, address: true, port: true, state: true, facts: true },
  })
  if (!row) throw new AppError('HOST_NOT_FOUND', `There is no host ${hostId}.`)
  return row
}
