/**
 * What the browsers' stream tells, written in the transaction that changes the thing itself. A row names what changed
 * and whose it is; the view is loaded when it is told, so that a late reader gets the newest and no secret is stored.
 */
import type { PanelEvent } from '@berth/core/events/panel-events'
import { newUuid } from '@berth/core/ids/ids'
import { Prisma, type DatabaseClient } from '@berth/prisma/client'

export type StoredKind = Exclude<PanelEvent['kind'], 'gauges' | 'move.progressed' | 'stream.reset'>

export interface Announcement {
  readonly kind: StoredKind
  readonly vmId?: string | null
  readonly operationId?: string | null
  readonly hostId?: string | null
  readonly imageId?: string | null
  /** Who may hear of it besides administrators, where there is no machine to say so. */
  readonly ownerId?: string | null
}

/** A machine's events belong to its owner; those of hosts and images to nobody, which means that all may hear them. */
export async function announce(tx: DatabaseClient, ...items: readonly Announcement[]): Promise<void> {
  if (items.length === 0) return
  const rows = items.map(
    (item) => Prisma.sql`(${newUuid()}::uuid, ${item.kind}, ${item.ownerId ?? null}::uuid, ${item.vmId ?? null}::uuid,
      ${item.hostId ?? null}::uuid, ${item.imageId ?? null}::uuid, ${item.operationId ?? null}::uuid)`,
  )
  await tx.$executeRaw`
    INSERT INTO event (id, kind, owner_id, vm_id, host_id, image_id, operation_id, payload)
    SELECT new.id, new.kind, COALESCE(vm.owner_id, new.owner_id), new.vm_id, new.host_id, new.image_id,
           new.operation_id, '{}'
    FROM (VALUES ${Prisma.join(rows)}) AS new(id, kind, owner_id, vm_id, host_id, image_id, operation_id)
    LEFT JOIN vm ON vm.id = new.vm_id`
}

export interface StoredEvent {
  readonly position: bigint
  readonly kind: string
  readonly ownerId: string | null
  readonly vmId: string | null
  readonly hostId: string | null
  readonly imageId: string | null
  readonly operationId: string | null
}

/** What was committed after a position, in order. Positions are given at commit, so none appears below one that was read. */
export async function readEventsAfter(db: DatabaseClient, after: bigint, limit: number): Promise<StoredEvent[]> {
  const rows = await db.event.findMany({
    where: { position: { gt: after } },
    orderBy: { position: 'asc' },
    take: limit,
    select: {
      position: true,
      kind: true,
      ownerId: true,
      vmId: true,
      hostId: true,
      imageId: true,
      operationId: true,
    },
  })
  return rows.flatMap(({ position, ...row }) => (position === null ? [] : [{ ...row, position }]))
}

/** The first and the last position that are kept; null when there is none. */
export async function keptPositions(db: DatabaseClient): Promise<{ first: bigint; last: bigint } | null> {
  const { _min, _max } = await db.event.aggregate({ _min: { position: true }, _max: { position: true } })
  return _min.position === null || _max.position === null ? null : { first: _min.position, last: _max.position }
}

/** Keeps the newest row whatever its age, since it says where the stream stands. */
export async function deleteOldEvents(db: DatabaseClient, keepMs: number): Promise<number> {
  return db.$executeRaw`
    DELETE FROM event
    WHERE at < now() - ${keepMs} * interval '1 millisecond' AND position < (SELECT max(position) FROM event)`
}

/** Every machine of a user, as its owner's name is part of what is shown of it. */
export async function announceVmsOfOwner(tx: DatabaseClient, ownerId: string): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO event (id, kind, owner_id, vm_id, payload)
    SELECT gen_random_uuid(), 'vm.changed', owner_id, id, '{}' FROM vm
    WHERE owner_id = ${ownerId}::uuid AND deleted_at IS NULL`
}

/** Every machine of a host, as its host's state is part of what is shown of it. */
export async function announceVmsOf(tx: DatabaseClient, hostId: string): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO event (id, kind, owner_id, vm_id, payload)
    SELECT gen_random_uuid(), 'vm.changed', owner_id, id, '{}' FROM vm
    WHERE host_id = ${hostId}::uuid AND deleted_at IS NULL`
}
