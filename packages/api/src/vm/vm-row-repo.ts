/**
 * All that a machine's view is made of, in one statement: Prisma's include would ask six times, one after the other, and the
 * list, the event stream and every guard read views.
 */
import type { DatabaseClient } from '@berth/prisma/client'
import type { VmRow } from './vm-view-of.ts'

interface FlatRow extends Omit<VmRow, 'owner' | 'host' | 'image' | 'observed' | 'operations'> {
  readonly ownerId: string
  readonly ownerName: string
  readonly hostId: string | null
  readonly hostName: string
  readonly hostState: string
  readonly hostStateSince: Date
  readonly hostSeenAt: Date | null
  readonly imageId: string | null
  readonly imageName: string
  readonly observedHostId: string | null
  readonly observedState: string
  readonly observedStateSince: Date
  readonly observedSeenAt: Date
  readonly observed: unknown
  readonly operationId: string | null
  readonly operationKind: string
  readonly operationTitle: string
}

/** Rows of living machines, in any order. At most one operation is open of each (index operation_one_per_vm). */
export async function readVmRows(db: DatabaseClient, vmIds: readonly string[]): Promise<VmRow[]> {
  const rows = await db.$queryRaw<FlatRow[]>`
    SELECT vm.id, vm.name, vm.description, vm.tags, vm.spec, vm.revision, vm.lifecycle,
      vm.is_protected AS "isProtected", vm.move_policy AS "movePolicy", vm.created_at AS "createdAt", owner.id AS "ownerId", owner.name AS "ownerName",
      host.id AS "hostId", host.name AS "hostName", host.state AS "hostState", host.state_since AS "hostStateSince",
      host.seen_at AS "hostSeenAt", image.id AS "imageId", image.name AS "imageName",
      seen.host_id AS "observedHostId", seen.state AS "observedState", seen.state_since AS "observedStateSince",
      seen.seen_at AS "observedSeenAt", seen.observed,
      operation.id AS "operationId", operation.kind AS "operationKind", operation.title AS "operationTitle"
    FROM vm
    JOIN "user" owner ON owner.id = vm.owner_id
    LEFT JOIN host ON host.id = vm.host_id
    LEFT JOIN image ON image.id = vm.image_id
    LEFT JOIN vm_observed seen ON seen.vm_id = vm.id
    LEFT JOIN operation ON operation.vm_id = vm.id AND operation.status IN ('queued', 'running', 'cancelling')
    WHERE vm.id = ANY(${[...vmIds]}::uuid[]) AND vm.deleted_at IS NULL`
  return rows.map(nested)
}

/** A join that found nothing leaves its id null, and all its columns with it. */
function nested(row: FlatRow): VmRow {
  const { hostId, imageId, observedHostId, operationId } = row
  return {
    ...row,
    owner: { id: row.ownerId, name: row.ownerName },
    host:
      hostId === null
        ? null
        : {
            id: hostId,
            name: row.hostName,
            state: row.hostState,
            stateSince: row.hostStateSince,
            seenAt: row.hostSeenAt,
          },
    image: imageId === null ? null : { id: imageId, name: row.imageName },
    observed:
      observedHostId === null
        ? null
        : {
            hostId: observedHostId,
            state: row.observedState,
            stateSince: row.observedStateSince,
            seenAt: row.observedSeenAt,
            observed: row.observed,
          },
    operations: operationId === null ? [] : [{ id: operationId, kind: row.operationKind, title: row.operationTitle }],
  }
}
