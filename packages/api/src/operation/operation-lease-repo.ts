/**
 * The worker's writes. A claim is a lease by the database's clock with an epoch; every later write says
 * `WHERE epoch = mine`, so that a worker that was taken for dead changes nothing when it comes back.
 */
import { z } from 'zod'
import type { WireError } from '@berth/core/errors/app-error'
import { WorkAbandoned } from '@berth/core/workflow/step'
import { journalEventNames, type JournalEntry, type JournalEventName } from '@berth/core/workflow/workflow-journal'
import { Prisma, type DatabaseClient, type PrismaClient } from '@berth/prisma/client'
import { violatedUniqueIndex } from '@berth/prisma/database-errors'
import { announce } from '../events/outbox-repo.ts'
import { mayMoveBegin, reviewWaitingMoves } from '../migration/move-queue-repo.ts'
import { addRunJob, announceOperation } from './operation-accept-repo.ts'

export const leaseMs = 12_000

export interface Claim {
  readonly operationId: string
  readonly kind: string
  readonly args: unknown
  readonly epoch: number
  readonly definitionVersion: number
  readonly isCancelRequested: boolean
}

const jsonSchema = z.custom<Prisma.InputJsonValue>((value) => value !== null && value !== undefined)

const leaseEnd = Prisma.sql`now() + ${leaseMs} * interval '1 millisecond'`

/** Null when it has ended, when another worker holds it, or when it is a move that has to wait for others. */
export async function claimOperation(db: PrismaClient, operationId: string, owner: string): Promise<Claim | null> {
  const claim = await claimWhere(db, { operationId, owner }, isNoWaitingMove)
  if (claim !== null) return claim
  return db.$transaction(async (tx) => {
    const mayBegin = await mayMoveBegin(tx, operationId)
    return mayBegin ? claimWhere(tx, { operationId, owner }, Prisma.sql`true`) : null
  })
}

/** One that was cancelled while it waited begins at once: it has only to be told so. */
const isNoWaitingMove = Prisma.sql`(kind <> 'vm.migrate' OR started_at IS NOT NULL OR cancel_requested_at IS NOT NULL)`

async function claimWhere(
  db: DatabaseClient,
  { operationId, owner }: { operationId: string; owner: string },
  condition: Prisma.Sql,
): Promise<Claim | null> {
  const rows = await db.$queryRaw<Claim[]>`
    UPDATE operation
    SET status = CASE WHEN cancel_requested_at IS NULL THEN 'running' ELSE 'cancelling' END,
        epoch = epoch + 1, lease_owner = ${owner}, lease_until = ${leaseEnd},
        started_at = COALESCE(started_at, now())
    WHERE id = ${operationId}::uuid AND status IN ('queued', 'running', 'cancelling')
      AND (lease_until IS NULL OR lease_until < now()) AND ${condition}
    RETURNING id AS "operationId", kind, args, epoch, definition_version AS "definitionVersion",
      cancel_requested_at IS NOT NULL AS "isCancelRequested"`
  return rows[0] ?? null
}

export interface Lease {
  readonly operationId: string
  readonly epoch: number
}

/** Null when the lease is lost for good. */
export async function renewLease(
  db: DatabaseClient,
  { operationId, epoch }: Lease,
): Promise<{ isCancelRequested: boolean } | null> {
  const rows = await db.$queryRaw<{ isCancelRequested: boolean }[]>`
    UPDATE operation SET lease_until = ${leaseEnd}
    WHERE id = ${operationId}::uuid AND epoch = ${epoch} AND status IN ('running', 'cancelling')
    RETURNING cancel_requested_at IS NOT NULL AS "isCancelRequested"`
  return rows[0] ?? null
}

/** Lets another worker go on at once. */
export async function releaseLease(db: PrismaClient, { operationId, epoch }: Lease): Promise<void> {
  await db.$transaction(async (tx) => {
    const { count } = await tx.operation.updateMany({
      where: { id: operationId, epoch, endedAt: null },
      data: { leaseOwner: null, leaseUntil: null },
    })
    if (count > 0) await addRunJob(tx, operationId)
  })
}

const eventNames: ReadonlySet<string> = new Set(journalEventNames)
const isEventName = (name: string): name is JournalEventName => eventNames.has(name)

export async function loadJournal(db: DatabaseClient, operationId: string): Promise<JournalEntry[]> {
  const rows = await db.operationEvent.findMany({ where: { operationId }, orderBy: { sequence: 'asc' } })
  return rows.flatMap(({ step, attempt, event, data, at }) =>
    isEventName(event) ? [{ step, attempt, event, data, at: at.toISOString() }] : [],
  )
}

export interface JournalWrite {
  readonly entries: readonly JournalEntry[]
  readonly phase: string | null
  readonly progress: number | null
  readonly isCancellable: boolean
}

/** Throws WorkAbandoned for a stale epoch. Entries that are there already were written by a try whose answer was lost. */
export async function appendJournal(db: PrismaClient, lease: Lease, write: JournalWrite): Promise<void> {
  const { operationId, epoch } = lease
  try {
    await db.$transaction(async (tx) => {
      const row = await updateHeld(tx, lease, {
        phase: write.phase,
        progress: write.progress,
        progressText: null,
        isCancellable: write.isCancellable,
      })
      await tx.operationEvent.createMany({
        data: write.entries.map(({ step, attempt, event, data }) => ({
          operationId,
          step,
          attempt,
          event,
          epoch,
          data: toJson(data),
        })),
      })
      await announce(tx, { kind: 'operation.changed', operationId, vmId: row.vmId, ownerId: row.actorUserId })
    })
  } catch (error) {
    if (violatedUniqueIndex(error) !== 'operation_event_operation_id_step_attempt_event_key') throw error
  }
}

export async function writeProgress(
  db: PrismaClient,
  lease: Lease,
  data: { progress: number | null; progressText: string },
): Promise<void> {
  await db.$transaction(async (tx) => {
    const row = await updateHeld(tx, lease, data)
    await announce(tx, {
      kind: 'operation.changed',
      operationId: lease.operationId,
      vmId: row.vmId,
      ownerId: row.actorUserId,
    })
  })
}

export interface OperationEnd {
  readonly status: 'succeeded' | 'failed' | 'cancelled' | 'interrupted'
  readonly error: WireError | null
}

/** Throws WorkAbandoned for a stale epoch. */
export async function endOperation(db: PrismaClient, lease: Lease, { status, error }: OperationEnd): Promise<void> {
  const { operationId: id, epoch } = lease
  await db.$transaction(async (tx) => {
    // Raw, because all of an operation's times come from the database's clock.
    const [row] = await tx.$queryRaw<(HeldOperation & { kind: string })[]>`
      UPDATE operation
      SET status = ${status}, error = ${error === null ? null : JSON.stringify(error)}::jsonb, phase = NULL,
          progress = CASE WHEN ${status} = 'succeeded' THEN 1 ELSE progress END, progress_text = NULL,
          is_cancellable = false, lease_owner = NULL, lease_until = NULL, ended_at = now()
      WHERE id = ${id}::uuid AND epoch = ${epoch} AND status IN ('running', 'cancelling')
      RETURNING kind, vm_id AS "vmId", image_id AS "imageId", actor_user_id AS "actorUserId"`
    if (!row) throw staleLease(lease)
    await announceOperation(tx, { id, vmId: row.vmId, imageId: row.imageId, ownerId: row.actorUserId })
    if (row.kind === 'vm.migrate') await reviewWaitingMoves(tx)
  })
}

interface HeldOperation {
  readonly vmId: string | null
  readonly imageId: string | null
  readonly actorUserId: string | null
}

const staleLease = ({ operationId, epoch }: Lease): WorkAbandoned =>
  new WorkAbandoned(`Operation ${operationId} is not held under epoch ${epoch} any more.`)

async function updateHeld(
  tx: DatabaseClient,
  lease: Lease,
  data: Prisma.OperationUpdateManyMutationInput,
): Promise<HeldOperation> {
  const [row] = await tx.operation.updateManyAndReturn({
    where: { id: lease.operationId, epoch: lease.epoch, status: { in: ['running', 'cancelling'] } },
    data,
    select: { vmId: true, imageId: true, actorUserId: true },
  })
  if (!row) throw staleLease(lease)
  return row
}

/** Journal data is JSON by its types; the round trip drops what JSON does not have, such as undefined fields. */
const toJson = (value: unknown): Prisma.InputJsonValue | typeof Prisma.DbNull =>
  value === null || value === undefined ? Prisma.DbNull : jsonSchema.parse(JSON.parse(JSON.stringify(value)))

/**
 * Open operations that nobody works on: the lease ran out, or its job got lost. Their jobs are added again. A move that waits for
 * others is forsaken by nobody.
 */
export async function requeueForsaken(db: PrismaClient): Promise<string[]> {
  await db.$transaction((tx) => reviewWaitingMoves(tx))
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT id FROM operation
    WHERE status IN ('queued', 'running', 'cancelling')
      AND ${isNoWaitingMove}
      AND (lease_until < now() OR (lease_until IS NULL AND created_at < now() - interval '15 seconds'))
    ORDER BY created_at LIMIT 200`
  for (const { id } of rows) await addRunJob(db, id)
  return rows.map((row) => row.id)
}

/**
 * Jobs that nobody takes any more. One that is added again while a panel that died holds the first leaves that one behind,
 * spent and locked, for ever; graphile-worker's own cleaning leaves out what is locked. A panel that lives and works still on
 * a job that was spent so finds nothing to delete at its end, and is content.
 */
export async function deleteDeadJobs(db: DatabaseClient): Promise<number> {
  return db.$executeRaw`DELETE FROM graphile_worker._private_jobs WHERE attempts >= max_attempts`
}

export async function deleteOldOperations(db: DatabaseClient, keepDays: number): Promise<number> {
  return db.$executeRaw`DELETE FROM operation WHERE ended_at < now() - ${keepDays} * interval '1 day'`
}
