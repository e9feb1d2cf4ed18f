/** Reads operations for views: newest first, by pages, within an owner's scope. */
import type { OperationView } from '@berth/core/operation/operation'
import { journalEventNames, type JournalEntry } from '@berth/core/workflow/workflow-journal'
import type { DatabaseClient, Prisma } from '@berth/prisma/client'
import type { OperationFilter } from '../trpc/operation-port.ts'
import { decodeCursor, encodeCursor, type Page, type PageCut } from '../trpc/paging.ts'
import { operationViewOf, type OperationRow } from './operation-view-of.ts'

const scopeOf = (ownerId: string | null): Prisma.OperationWhereInput =>
  ownerId === null ? {} : { OR: [{ vm: { ownerId } }, { actorUserId: ownerId }] }

/** A move is about both of its hosts. */
const touchesHost = (hostId: string): Prisma.OperationWhereInput => ({
  OR: [{ hostId }, { move: { OR: [{ sourceHostId: hostId }, { targetHostId: hostId }] } }],
})

/** Null for a foreign one as for none. */
export async function findOperationView(
  db: DatabaseClient,
  operationId: string,
  ownerId: string | null,
): Promise<OperationView | null> {
  const row = await db.operation.findFirst({ where: { AND: [{ id: operationId }, scopeOf(ownerId)] } })
  const [view] = row === null ? [] : await viewsOf(db, [row])
  return view ?? null
}

/** What it was given when it was accepted; as it lies in the row, to be parsed by its kind. */
export async function findOperationArgs(db: DatabaseClient, operationId: string): Promise<unknown> {
  return (await db.operation.findUnique({ where: { id: operationId }, select: { args: true } }))?.args
}

/** Views by ids, in any order; those that are gone are left out. */
export async function findOperationViews(
  db: DatabaseClient,
  operationIds: readonly string[],
): Promise<OperationView[]> {
  if (operationIds.length === 0) return []
  return viewsOf(db, await db.operation.findMany({ where: { id: { in: [...operationIds] } } }))
}

export async function listOperationViews(
  db: DatabaseClient,
  filter: OperationFilter,
  page: PageCut,
): Promise<Page<OperationView>> {
  const conditions: Prisma.OperationWhereInput[] = [scopeOf(filter.ownerId)]
  if (filter.vmId !== undefined) conditions.push({ vmId: filter.vmId })
  if (filter.hostId !== undefined) conditions.push(touchesHost(filter.hostId))
  if (filter.imageId !== undefined) conditions.push({ imageId: filter.imageId })
  if (filter.actorUserId !== undefined) conditions.push({ actorUserId: filter.actorUserId })
  if (filter.status !== undefined) conditions.push({ status: { in: [...filter.status] } })
  if (filter.kind !== undefined) conditions.push({ kind: { in: [...filter.kind] } })
  if (page.cursor !== undefined) {
    const [at, id] = decodeCursor(page.cursor)
    const createdAt = new Date(at)
    conditions.push({ OR: [{ createdAt: { lt: createdAt } }, { createdAt, id: { lt: id } }] })
  }
  const rows = await db.operation.findMany({
    where: { AND: conditions },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: page.limit + 1,
  })
  const shown = rows.slice(0, page.limit)
  const last = rows.length > page.limit ? shown.at(-1) : undefined
  return {
    items: await viewsOf(db, shown),
    nextCursor: last ? encodeCursor([last.createdAt.toISOString(), last.id]) : null,
  }
}

async function viewsOf(db: DatabaseClient, rows: readonly OperationRow[]): Promise<OperationView[]> {
  const events = await db.operationEvent.findMany({
    where: { operationId: { in: rows.map((row) => row.id) } },
    orderBy: { sequence: 'asc' },
  })
  const retries = await db.operation.findMany({
    where: { retryOfId: { in: rows.map((row) => row.id) } },
    select: { id: true, retryOfId: true },
  })
  const byOperation = Map.groupBy(events, (event) => event.operationId)
  const retryOf = new Map(retries.map((retry) => [retry.retryOfId, retry.id]))
  return rows.map((row) =>
    operationViewOf(row, {
      journal: (byOperation.get(row.id) ?? []).flatMap(entryOf),
      retriedById: retryOf.get(row.id) ?? null,
    }),
  )
}

function entryOf(row: { step: string; attempt: number; event: string; data: unknown; at: Date }): JournalEntry[] {
  const event = journalEventNames.find((name) => name === row.event)
  return event ? [{ step: row.step, attempt: row.attempt, event, data: row.data, at: row.at.toISOString() }] : []
}

interface CancelledRow {
  readonly status: string
  readonly vmId: string | null
  readonly actorUserId: string | null
}

/** Null when there is no open, cancellable one of that id; else what it was about. */
export async function requestCancel(db: DatabaseClient, operationId: string): Promise<CancelledRow | null> {
  const rows = await db.$queryRaw<CancelledRow[]>`
    UPDATE operation
    SET cancel_requested_at = COALESCE(cancel_requested_at, now()),
        status = CASE WHEN status = 'running' THEN 'cancelling' ELSE status END
    WHERE id = ${operationId}::uuid AND status IN ('queued', 'running', 'cancelling') AND is_cancellable
    RETURNING status, vm_id AS "vmId", actor_user_id AS "actorUserId"`
  return rows[0] ?? null
}
