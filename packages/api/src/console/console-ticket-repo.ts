/** Console tickets: hashed, once, for seconds. Redeeming deletes the row, so that of two uses one finds nothing. */
import { z } from 'zod'
import type { DatabaseClient } from '@berth/prisma/client'
import { consoleKindSchema, type ConsoleKind } from '@berth/core/agent-contract/agent-contract'
import { AppError } from '@berth/core/errors/app-error'
import { hashSecret, newBearerSecret } from '../auth/bearer-secret.ts'
import type { Caller } from '../trpc/caller.ts'

export const ticketLifeMs = 30_000
const maxOutstanding = 300

export interface MadeTicket {
  readonly ticket: string
  readonly expiresAt: string
}

/** Throws CONSOLE_LIMIT when the user holds too many that he never used. */
export async function createTicket(
  db: DatabaseClient,
  caller: Caller,
  wanted: { vmId: string; kind: ConsoleKind },
): Promise<MadeTicket> {
  const ticket = newBearerSecret('console')
  const expiresAt = new Date(Date.now() + ticketLifeMs)
  await db.consoleTicket.deleteMany({ where: { expiresAt: { lt: new Date() } } })
  const outstanding = await db.consoleTicket.count({ where: { userId: caller.userId } })
  if (outstanding >= maxOutstanding) {
    throw new AppError('CONSOLE_LIMIT', `${outstanding} tickets are open already, at most ${maxOutstanding} may be.`)
  }
  await db.consoleTicket.create({
    data: {
      tokenHash: hashSecret(ticket),
      ...wanted,
      userId: caller.userId,
      sessionId: caller.kind === 'session' ? caller.sessionId : null,
      apiTokenId: caller.kind === 'token' ? caller.tokenId : null,
      expiresAt,
    },
  })
  return { ticket, expiresAt: expiresAt.toISOString() }
}

const redeemedSchema = z.object({
  vmId: z.string(),
  kind: consoleKindSchema,
  userId: z.string(),
  /** The session or the token that made it: one of the two. */
  sessionId: z.string().nullable(),
  apiTokenId: z.string().nullable(),
  isFresh: z.boolean(),
  /** Whether what made it, the session or the token, still is, and its user is not disabled. */
  isBacked: z.boolean(),
  isAdmin: z.boolean(),
})
export type RedeemedTicket = z.infer<typeof redeemedSchema>

/** Takes the ticket away and says what it was worth; null for none. Times are the database's. */
export async function redeemTicket(db: DatabaseClient, ticket: string): Promise<RedeemedTicket | null> {
  const rows = await db.$queryRaw<unknown[]>`
    WITH taken AS (DELETE FROM console_ticket WHERE token_hash = ${hashSecret(ticket)} RETURNING *)
    SELECT taken.vm_id::text AS "vmId", taken.kind, taken.user_id::text AS "userId",
      taken.session_id::text AS "sessionId", taken.api_token_id::text AS "apiTokenId",
      taken.expires_at > now() AS "isFresh",
      CASE WHEN taken.session_id IS NOT NULL
        THEN EXISTS (SELECT 1 FROM session s WHERE s.id = taken.session_id AND s.expires_at > now())
        ELSE EXISTS (SELECT 1 FROM api_token a WHERE a.id = taken.api_token_id AND a.revoked_at IS NULL
                     AND (a.expires_at IS NULL OR a.expires_at > now())) END
        AND EXISTS (SELECT 1 FROM "user" u WHERE u.id = taken.user_id AND u.disabled_at IS NULL) AS "isBacked",
      COALESCE((SELECT u.role = 'admin' FROM "user" u WHERE u.id = taken.user_id), false) AS "isAdmin"
    FROM taken`
  return rows.length === 0 ? null : redeemedSchema.parse(rows[0])
}
