/** The moves' rows: who goes where, the last figures, and what came of it. They live as long as their operations. */
import { AppError } from '@berth/core/errors/app-error'
import type { MoveForecast } from '@berth/core/migration/move-forecast'
import type { MoveProgress, MoveReport } from '@berth/core/migration/move-progress'
import { moveViewSchema, type MoveView } from '@berth/core/migration/move-view'
import type { MovePolicy } from '@berth/core/migration/move-policy'
import type { DatabaseClient } from '@berth/prisma/client'
import { storableJson } from '../agents/storable-json.ts'

interface NamedHost {
  readonly hostId: string
  readonly name: string
}

export interface NewMove {
  readonly operationId: string
  readonly vmId: string
  readonly source: NamedHost
  readonly target: NamedHost
  readonly policy: MovePolicy
  /** Absent where nothing was measured. */
  readonly forecast?: MoveForecast | null
}

/** Throws HOST_NOT_FOUND when the target is removed just now; from here on it cannot be, until the move has ended. */
export async function insertMove(tx: DatabaseClient, move: NewMove): Promise<void> {
  const { operationId, vmId, source, target, policy, forecast } = move
  const kept = await tx.$queryRaw<unknown[]>`SELECT 1 FROM host WHERE id = ${target.hostId}::uuid FOR KEY SHARE`
  if (kept.length === 0) throw new AppError('HOST_NOT_FOUND', `There is no host ${target.hostId}.`)
  await tx.move.create({
    data: {
      operationId,
      vmId,
      sourceHostId: source.hostId,
      sourceName: source.name,
      targetHostId: target.hostId,
      targetName: target.name,
      policy,
    },
    select: { operationId: true },
  })
  if (forecast === null || forecast === undefined) return
  await tx.$executeRaw`
    UPDATE move SET forecast = ${storableJson(forecast)}::jsonb WHERE operation_id = ${operationId}::uuid`
}

/** The rest of them is the workflow's. */
const partsOfArgs = moveViewSchema.pick({ disks: true, isOff: true })

/** And who may hear of it besides administrators: its machine's owner. Null for an operation that moves nothing. */
export async function findMove(
  db: DatabaseClient,
  operationId: string,
): Promise<{ readonly move: MoveView; readonly ownerId: string | null } | null> {
  const row = await db.move.findUnique({
    where: { operationId },
    include: { operation: { select: { args: true, vm: { select: { ownerId: true } } } } },
  })
  if (row === null) return null
  const move = moveViewSchema.parse({
    operationId: row.operationId,
    vmId: row.vmId,
    source: { hostId: row.sourceHostId, name: row.sourceName },
    target: { hostId: row.targetHostId, name: row.targetName },
    policy: row.policy,
    ...partsOfArgs.parse(row.operation.args),
    progress: row.progress,
    report: row.report,
    forecast: row.forecast,
  })
  return { move, ownerId: row.operation.vm?.ownerId ?? null }
}

export async function writeMoveProgress(
  db: DatabaseClient,
  operationId: string,
  progress: MoveProgress,
): Promise<void> {
  await db.$executeRaw`
    UPDATE move SET progress = ${storableJson(progress)}::jsonb, updated_at = now()
    WHERE operation_id = ${operationId}::uuid`
}

export async function writeMoveReport(db: DatabaseClient, operationId: string, report: MoveReport): Promise<void> {
  await db.$executeRaw`
    UPDATE move SET report = ${storableJson(report)}::jsonb, updated_at = now()
    WHERE operation_id = ${operationId}::uuid`
}

export async function setAbandonOwed(db: DatabaseClient, operationId: string, isOwed: boolean): Promise<void> {
  await db.move.updateMany({ where: { operationId }, data: { isAbandonOwed: isOwed } })
}
