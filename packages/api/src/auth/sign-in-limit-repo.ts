/**
 * Sign-in tries per account, counted before the password is looked at, in one statement, so that a hundred tries at once
 * count as a hundred. better-auth counts per address in the same table; see panel-auth.ts.
 */
import type { DatabaseClient } from '@berth/prisma/client'
import { hashSecret } from './bearer-secret.ts'

export const accountWindowSeconds = 900
const maxTriesPerWindow = 10

const keyOf = (email: string): string => `account:${hashSecret(email.trim().toLowerCase())}`

/** Counts a try. Answers 0 when it may go on, else the seconds until the account may be tried again. */
export async function countSignInTry(db: DatabaseClient, email: string, nowMs: number): Promise<number> {
  const windowMs = accountWindowSeconds * 1_000
  const [row] = await db.$queryRaw<{ count: number; started: bigint }[]>`
    INSERT INTO rate_limit (id, key, count, last_request)
    VALUES (gen_random_uuid(), ${keyOf(email)}, 1, ${nowMs}::bigint)
    ON CONFLICT (key) DO UPDATE SET
      count = CASE WHEN rate_limit.last_request <= ${nowMs - windowMs}::bigint THEN 1 ELSE rate_limit.count + 1 END,
      last_request = CASE WHEN rate_limit.last_request <= ${nowMs - windowMs}::bigint THEN ${nowMs}::bigint
                          ELSE rate_limit.last_request END
    RETURNING count, last_request AS started`
  if (row === undefined || row.count <= maxTriesPerWindow) return 0
  return Math.max(1, Math.ceil((Number(row.started) + windowMs - nowMs) / 1_000))
}

/** The right password ends the count. */
export async function forgetSignInTries(db: DatabaseClient, email: string): Promise<void> {
  await db.rateLimit.deleteMany({ where: { key: keyOf(email) } })
}
