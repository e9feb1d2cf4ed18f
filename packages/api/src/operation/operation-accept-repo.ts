/**
 * Accepting: one transaction writes the rows that the operation is about, its own row, the audit, the event and the job. The partial
 * unique index operation_one_per_vm decides between two that want the same machine, whatever code ran before.
 */
import { newUuid } from '@berth/core/ids/ids'
import { operationTitle, type OperationKind } from '@berth/core/operation/operation'
import type { DatabaseClient, Prisma, PrismaClient } from '@berth/prisma/client'
import { acceptanceIsRecorded, recordAcceptance } from '../audit/record-audit.ts'
import { announce } from '../events/outbox-repo.ts'
import type { OperationActor } from './operation-actor.ts'

export const runJobName = 'operation.run'

export interface NewOperation {
  readonly kind: OperationKind
  readonly version: number
  readonly args: Prisma.InputJsonValue
  readonly target: {
    readonly vmId?: string | undefined
    readonly imageId?: string | undefined
    readonly hostId?: string | undefined
    readonly name: string
    /** Where it goes, for its title. */
    readonly destination?: string | undefined
    /** Which of the target's disks: as its page counts, from 1. */
    readonly diskNumber?: number | undefined
  }
  readonly actor: OperationActor
  readonly idempotencyKey: string | undefined
  readonly requestHash: string
  readonly retryOfId: string | undefined
  readonly accept: ((tx: DatabaseClient, operationId: string) => Promise<void>) | undefined
}

/** The new operation's id. Throws what `accept` throws, and the database's error for a violated index. */
export async function insertOperation(db: PrismaClient, operation: NewOperation): Promise<string> {
  const { target, actor } = operation
  const id = newUuid()
  await db.$transaction(async (tx) => {
    // First, because the operation's row refers to the machine that it may make.
    await operation.accept?.(tx, id)
    await tx.operation.create({
      data: {
        id,
        kind: operation.kind,
        definitionVersion: operation.version,
        vmId: target.vmId ?? null,
        imageId: target.imageId ?? null,
        hostId: target.hostId ?? null,
        targetName: target.name,
        title: operationTitle(operation.kind, target),
        args: operation.args,
        actorKey: actor.key,
        actorUserId: actor.userId,
        actorName: actor.name,
        actorVia: actor.via,
        idempotencyKey: operation.idempotencyKey ?? null,
        requestHash: operation.requestHash,
        retryOfId: operation.retryOfId ?? null,
      },
      select: { id: true },
    })
    await announceOperation(tx, {
      id,
      vmId: target.vmId ?? null,
      imageId: target.imageId ?? null,
      ownerId: actor.userId,
    })
    // Its page says from now on what tries it again.
    if (operation.retryOfId !== undefined) await announceRetried(tx, operation.retryOfId)
    await addRunJob(tx, id)
    await recordAcceptance(tx, id, auditTargetOf(target))
  })
  acceptanceIsRecorded(id)
  return id
}

function auditTargetOf({ vmId, imageId, hostId, name }: NewOperation['target']) {
  const [targetKind, targetId] =
    vmId !== undefined ? ['vm', vmId] : imageId !== undefined ? ['image', imageId] : ['host', hostId ?? null]
  return { targetKind: targetId === null ? null : targetKind, targetId, targetName: name }
}

interface Subject {
  readonly id: string
  readonly vmId: string | null
  readonly imageId: string | null
  readonly ownerId: string | null
}

/** Tells of an operation that began or ended: its machine's or image's view names it, so that one changed too. */
export async function announceOperation(tx: DatabaseClient, { id, vmId, imageId, ownerId }: Subject): Promise<void> {
  await announce(
    tx,
    { kind: 'operation.changed', operationId: id, vmId, ownerId },
    ...(vmId === null ? [] : [{ kind: 'vm.changed', vmId } as const]),
    ...(imageId === null ? [] : [{ kind: 'image.changed', imageId } as const]),
  )
}

async function announceRetried(tx: DatabaseClient, operationId: string): Promise<void> {
  const row = await tx.operation.findUnique({ where: { id: operationId }, select: { vmId: true, actorUserId: true } })
  if (row) {
    await announce(tx, { kind: 'operation.changed', operationId, vmId: row.vmId, ownerId: row.actorUserId })
  }
}

/** Wakes a worker of any panel. Adding it again replaces the first, also one that a dead worker still holds. */
export async function addRunJob(tx: DatabaseClient, operationId: string): Promise<void> {
  await tx.$executeRaw`
    SELECT graphile_worker.add_job(${runJobName}, payload := json_build_object('operationId', ${operationId}::text),
      job_key := ${`operation:${operationId}`})`
}

export interface AcceptedOperation {
  readonly id: string
  readonly vmId: string | null
  readonly imageId: string | null
  readonly requestHash: string | null
}

export async function findByKey(
  db: DatabaseClient,
  actorKey: string,
  idempotencyKey: string,
): Promise<AcceptedOperation | null> {
  return db.operation.findUnique({
    where: { actorKey_idempotencyKey: { actorKey, idempotencyKey } },
    select: { id: true, vmId: true, imageId: true, requestHash: true },
  })
}

export async function findOpenOnVm(
  db: DatabaseClient,
  vmId: string,
): Promise<{ id: string; title: string; kind: string } | null> {
  return db.operation.findFirst({
    where: { vmId, status: { in: ['queued', 'running', 'cancelling'] } },
    select: { id: true, title: true, kind: true },
  })
}
