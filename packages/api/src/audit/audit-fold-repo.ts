/**
 * What is not kept again: a request that a page repeats by itself, such as a console that reconnects, for an hour; and one
 * that came with the key of an earlier one, since it is that one's task that it was answered with.
 */
import type { DatabaseClient } from '@berth/prisma/client'
import type { AuditEntry } from './audit-repo.ts'

const foldedForMs = 60 * 60_000

/** Whether the same was asked by the same sign-in of the same thing, and ended in the same way, a short while ago; or with the same key. */
export async function isRepeated(db: DatabaseClient, entry: AuditEntry): Promise<boolean> {
  const { details, viaId, procedure, targetId, outcome, errorCode } = entry
  if (!details) return isAnsweredBefore(db, entry)
  const known = await db.audit.findFirst({
    where: {
      ...{ viaId, procedure, targetId, outcome, errorCode },
      at: { gt: new Date(Date.now() - foldedForMs) },
      details: { equals: { ...details } },
    },
    select: { id: true },
  })
  return known !== null
}

/** A cancel is about the task that it is answered with, and starts none. */
async function isAnsweredBefore(db: DatabaseClient, entry: AuditEntry): Promise<boolean> {
  const { actorUserId, operationId, procedure, targetId } = entry
  if (operationId === null || operationId === targetId) return false
  const where = { actorUserId, operationId, procedure, outcome: 'ok' }
  return (await db.audit.findFirst({ where, select: { id: true } })) !== null
}
