/** Where what should be and what is differ with nobody working on it. */
import type { DatabaseClient, PrismaClient } from '@berth/prisma/client'
import { announce } from '../events/outbox-repo.ts'

export interface HalfDone {
  readonly id: string
  readonly name: string
  readonly hostId: string | null
}

/**
 * Machines that are half deleted, or that were half made and could not be undone: nobody at it, the host there, and not
 * tried more than so often in the last hour.
 */
export async function findHalfDoneVms(db: DatabaseClient, maxTriesPerHour: number): Promise<HalfDone[]> {
  return db.$queryRaw<HalfDone[]>`
    SELECT vm.id, vm.name, vm.host_id AS "hostId" FROM vm JOIN host ON host.id = vm.host_id
    WHERE vm.lifecycle IN ('creating', 'deleting') AND vm.deleted_at IS NULL AND host.state = 'online'
      AND NOT EXISTS (SELECT 1 FROM operation o WHERE o.vm_id = vm.id AND o.status IN ('queued', 'running', 'cancelling'))
      AND (SELECT count(*) FROM operation o WHERE o.vm_id = vm.id AND o.actor_key = 'system:reconciler'
             AND o.created_at > now() - interval '1 hour') < ${maxTriesPerHour}
    ORDER BY vm.id LIMIT 20`
}

/** As above, of images that are half deleted. */
export async function findHalfDeletedImages(db: DatabaseClient, maxTriesPerHour: number): Promise<HalfDone[]> {
  return db.$queryRaw<HalfDone[]>`
    SELECT image.id, image.name, NULL AS "hostId" FROM image
    WHERE image.state = 'deleting'
      AND NOT EXISTS (SELECT 1 FROM operation o WHERE o.image_id = image.id
                        AND o.status IN ('queued', 'running', 'cancelling'))
      AND NOT EXISTS (SELECT 1 FROM image_replica r JOIN host ON host.id = r.host_id
                        WHERE r.image_id = image.id AND host.state <> 'online')
      AND (SELECT count(*) FROM operation o WHERE o.image_id = image.id AND o.actor_key = 'system:reconciler'
             AND o.created_at > now() - interval '1 hour') < ${maxTriesPerHour}
    ORDER BY image.id LIMIT 20`
}

/** Images whose import was given up in the middle: they would say "importing" for ever. */
export async function findForsakenImports(db: DatabaseClient): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT image.id FROM image
    WHERE image.state = 'importing'
      AND NOT EXISTS (SELECT 1 FROM operation o WHERE o.image_id = image.id
                        AND o.status IN ('queued', 'running', 'cancelling'))
    ORDER BY image.id LIMIT 20`
  return rows.map((row) => row.id)
}

/**
 * A guest that powered itself off was told to by its user: what is wanted follows. Else the next change of the machine
 * would tell its host to start it with its next boot. Not within a minute of a task, whose end may be told before what the
 * host saw of it. Answers whose they were.
 */
export async function followGuestShutdowns(db: PrismaClient): Promise<string[]> {
  return db.$transaction(async (tx) => {
    const rows = await tx.$queryRaw<{ id: string }[]>`
      UPDATE vm SET desired_power = 'off', spec = jsonb_set(vm.spec, '{desiredPower}', '"off"'), revision = vm.revision + 1
      FROM vm_observed seen, host
      WHERE seen.vm_id = vm.id AND host.id = vm.host_id AND host.state = 'online'
        AND vm.lifecycle = 'present' AND vm.deleted_at IS NULL AND vm.desired_power = 'on'
        AND seen.state = 'stopped' AND seen.observed->'lastExit'->>'reason' = 'guest-shutdown'
        AND NOT EXISTS (SELECT 1 FROM operation o WHERE o.vm_id = vm.id
          AND (o.status IN ('queued', 'running', 'cancelling') OR o.ended_at > now() - interval '1 minute'))
      RETURNING vm.id`
    for (const { id } of rows) await announce(tx, { kind: 'vm.changed', vmId: id })
    return rows.map(({ id }) => id)
  })
}
