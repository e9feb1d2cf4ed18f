/**
 * The moves that wait, and those that are under way. A move that waits is an ordinary queued operation: nobody holds it, its text
 * says for what it waits, and a cancel ends it at once. Whoever claims one asks first, under a lock, so that two panels
 * never begin more than the limits allow.
 */
import type { DatabaseClient } from '@berth/prisma/client'
import { addRunJob, announceOperation } from '../operation/operation-accept-repo.ts'
import { admitMoves, waitsFor, type MoveRoute, type WaitingMove } from './move-limits.ts'

interface WaitingRow extends WaitingMove {
  readonly progressText: string | null
}

/** More than these are not looked at at once; they wait anyway. */
const mostLookedAt = 500

/** Until the end of `tx` nobody else begins a move. */
const lockMoves = (tx: DatabaseClient): Promise<number> => tx.$executeRaw`SELECT pg_advisory_xact_lock(1651668592, 2)`

const listUnderWay = (db: DatabaseClient): Promise<MoveRoute[]> => db.$queryRaw<MoveRoute[]>`
  SELECT move.source_host_id AS "sourceHostId", move.target_host_id AS "targetHostId"
  FROM move JOIN operation o ON o.id = move.operation_id WHERE o.status IN ('running', 'cancelling')`

async function listWaiting(db: DatabaseClient): Promise<WaitingRow[]> {
  const rows = await db.move.findMany({
    where: { operation: { status: 'queued', startedAt: null, cancelRequestedAt: null } },
    include: { operation: { select: { progressText: true } } },
    orderBy: [{ operation: { createdAt: 'asc' } }, { operationId: 'asc' }],
    take: mostLookedAt,
  })
  return rows.map(({ operation, ...row }) => ({ ...row, ...operation }))
}

/** Whether this one, if it waits, may begin now; what it waits for is written down otherwise. */
export async function mayMoveBegin(tx: DatabaseClient, operationId: string): Promise<boolean> {
  const where = { operationId, operation: { status: 'queued', startedAt: null, cancelRequestedAt: null } }
  if ((await tx.move.count({ where })) === 0) return false
  await lockMoves(tx)
  const move = await tx.move.findFirst({ where, include: { operation: { select: { progressText: true } } } })
  if (move === null) return false
  const text = waitsFor(move, await listUnderWay(tx))
  if (text === null) return true
  await tellWaiting(tx, { operationId, text, before: move.operation.progressText })
  return false
}

/** After one has ended, and now and then: those that may begin are queued for a worker, the others say what they wait for. */
export async function reviewWaitingMoves(tx: DatabaseClient): Promise<void> {
  const waiting = await listWaiting(tx)
  if (waiting.length === 0) return
  const { begin, wait } = admitMoves(waiting, await listUnderWay(tx))
  for (const operationId of begin) await addRunJob(tx, operationId)
  const before = new Map(waiting.map(({ operationId, progressText }) => [operationId, progressText]))
  for (const each of wait) await tellWaiting(tx, { ...each, before: before.get(each.operationId) ?? null })
}

interface Waiting {
  readonly operationId: string
  readonly text: string
  readonly before: string | null
}

async function tellWaiting(tx: DatabaseClient, { operationId, text, before }: Waiting): Promise<void> {
  if (text === before) return
  const [row] = await tx.operation.updateManyAndReturn({
    where: { id: operationId, status: 'queued' },
    data: { progressText: text },
    select: { id: true, vmId: true, imageId: true, actorUserId: true },
  })
  if (row) await announceOperation(tx, { ...row, ownerId: row.actorUserId })
}
