/**
 * Whether those who have something open, a console or the browser's stream, may still have it. A ticket or a request said
 * so once; this says so while it is open.
 */
import type { DatabaseClient } from '@berth/prisma/client'
import type { Role } from '../trpc/caller.ts'

/** What something was opened by: a session or an API token, of a user. */
export interface HeldRight {
  readonly userId: string
  readonly sessionId: string | null
  readonly apiTokenId: string | null
  /** For which machine; null: for none. */
  readonly vmId: string | null
  /** The rank that was looked at when it was opened; absent: the rank is looked up, for the machine. */
  readonly role?: Role
}

export interface ConsoleRight extends HeldRight {
  readonly vmId: string
}

/**
 * The places in `rights` of those that have ended: signed out, expired or revoked, the user disabled or of another
 * rank, the machine deleted, on a host that was revoked, or somebody else's (which administrators may see all the same).
 * One query for all.
 */
export async function findEndedRights(db: DatabaseClient, rights: readonly HeldRight[]): Promise<number[]> {
  const column = (name: keyof HeldRight): (string | null)[] => rights.map((right) => right[name] ?? null)
  const rows = await db.$queryRaw<{ place: bigint }[]>`
    SELECT held.place - 1 AS place
    FROM unnest(${column('vmId')}::uuid[], ${column('userId')}::uuid[], ${column('sessionId')}::uuid[],
      ${column('apiTokenId')}::uuid[], ${column('role')}::text[])
      WITH ORDINALITY AS held(vm_id, user_id, session_id, token_id, role, place)
    LEFT JOIN vm ON vm.id = held.vm_id AND vm.deleted_at IS NULL
    LEFT JOIN host ON host.id = vm.host_id AND host.revoked_at IS NOT NULL
    LEFT JOIN "user" u ON u.id = held.user_id AND u.disabled_at IS NULL
    LEFT JOIN session s ON s.id = held.session_id AND s.user_id = u.id AND s.expires_at > now()
    LEFT JOIN api_token t ON t.id = held.token_id AND t.user_id = u.id AND t.revoked_at IS NULL
      AND (t.expires_at IS NULL OR t.expires_at > now())
    WHERE (s.id IS NULL AND t.id IS NULL) OR held.role <> u.role
      OR host.id IS NOT NULL
      OR (held.vm_id IS NOT NULL AND (vm.id IS NULL OR (vm.owner_id <> u.id AND u.role <> 'admin')))`
  return rows.map((row) => Number(row.place))
}
