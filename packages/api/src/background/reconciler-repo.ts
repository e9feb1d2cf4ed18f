/** Where what should be and what is differ with nobody working on it. */
import type { DatabaseClient } from '@berth/prisma/client'

export interface HalfDeleted {
  readonly id: string
  readonly name: string
  readonly hostId: string
}

/** Marked as being deleted, nobody at it, its host there, and not tried more than so often in the last hour. */
export async function findHalfDeleted(db: DatabaseClient, maxTriesPerHour: number): Promise<HalfDeleted[]> {
  return db.$queryRaw<HalfDeleted[]>`
    SELECT vm.id, vm.name, vm.host_id AS "hostId" FROM vm JOIN host ON host.id = vm.host_id
    WHERE vm.lifecycle = 'deleting' AND vm.deleted_at IS NULL AND host.state = 'online'
      AND NOT EXISTS (SELECT 1 FROM operation o WHERE o.vm_id = vm.id AND o.status IN ('queued', 'running', 'cancelling'))
      AND (SELECT count(*) FROM operation o WHERE o.vm_id = vm.id AND o.actor_key = 'system:reconciler'
             AND o.created_at > now() - interval '1 hour') < ${maxTriesPerHour}
    ORDER BY vm.id LIMIT 20`
}
