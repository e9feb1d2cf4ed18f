/** Whether those who have a console open may still have it. The ticket said so once; this says so while it is open. */
import type { DatabaseClient } from '@berth/prisma/client'

/** What a console was opened by: a session or an API token, of a user, for a machine. */
export interface ConsoleRight {
  readonly vmId: string
  readonly userId: string
  readonly sessionId: string | null
  readonly apiTokenId: string | null
}

/**
 * The places in `rights` of those that have ended: signed out, expired or revoked, the user gone, the machine deleted or
 * somebody else's (which administrators may see all the same). One query however many there are.
 */
export async function findEndedRights(db: DatabaseClient, rights: readonly ConsoleRight[]): Promise<number[]> {
  const column = (name: keyof ConsoleRight): (string | null)[] => rights.map((right) => right[name])
  const rows = await db.$queryRaw<{ place: bigint }[]>`
    SELECT console.place - 1 AS place
    FROM unnest(${column('vmId')}::uuid[], ${column('userId')}::uuid[], ${column('sessionId')}::uuid[],
      ${column('apiTokenId')}::uuid[]) WITH ORDINALITY AS console(vm_id, user_id, session_id, token_id, place)
    LEFT JOIN vm ON vm.id = console.vm_id AND vm.deleted_at IS NULL
    LEFT JOIN "user" u ON u.id = console.user_id
    LEFT JOIN session s ON s.id = console.session_id AND s.user_id = u.id AND s.expires_at > now()
    LEFT JOIN api_token t ON t.id = console.token_id AND t.user_id = u.id AND t.revoked_at IS NULL
      AND (t.expires_at IS NULL OR t.expires_at > now())
    WHERE (s.id IS NULL AND t.id IS NULL) OR vm.id IS NULL OR (vm.owner_id <> u.id AND u.role <> 'admin')`
  return rows.map((row) => Number(row.place))
}
