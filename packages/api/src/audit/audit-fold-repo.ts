/** Requests that a page repeats by itself, such as a console that reconnects, are kept once an hour. */
import type { DatabaseClient } from '@berth/prisma/client'
import type { AuditEntry } from './audit-repo.ts'

const foldedForMs = 60 * 60_000

/** Whether the same was asked by the same sign-in of the same thing, and ended in the same way, a short while ago. */
export async function isRepeated(db: DatabaseClient, entry: AuditEntry): Promise<boolean> {
  const { details, viaId, procedure, targetId, outcome, errorCode } = entry
  if (!details) return false
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
