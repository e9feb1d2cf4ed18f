/** What moves have left to be done after their operations ended. */
import { z } from 'zod'
import type { MovedDisk } from '@berth/core/migration/disk-plan'
import type { DatabaseClient } from '@berth/prisma/client'
import { operationArgsSchemas } from '../workflows/operation-args.ts'

export interface LeftOver {
  readonly operationId: string
  readonly vmId: string
  readonly vmEpoch: number
  readonly sourceHostId: string
  readonly targetHostId: string
  /** Those that travelled, if it did. */
  readonly disks: readonly MovedDisk[]
  /** The operation's last lease: an agent refuses a lower one. */
  readonly epoch: number
}

const argsSchema = z.object({ args: operationArgsSchemas['vm.migrate'], epoch: z.int(), operationId: z.string() })

const toLeftOver = (row: unknown): LeftOver => {
  const { args, operationId, epoch } = argsSchema.parse(row)
  const { vmId, vmEpoch, sourceHostId, targetHostId, disks } = args
  return { operationId, vmId, vmEpoch, sourceHostId, targetHostId, disks, epoch }
}

/** Targets that were away when what waits there should have ended, and are there again. */
export async function findOwedAbandons(db: DatabaseClient): Promise<LeftOver[]> {
  const rows = await db.$queryRaw<unknown[]>`
    SELECT o.id::text AS "operationId", o.args, o.epoch FROM move
    JOIN operation o ON o.id = move.operation_id
    LEFT JOIN host ON host.id = move.target_host_id
    WHERE move.is_abandon_owed AND (host.id IS NULL OR host.state = 'online')
    ORDER BY o.id LIMIT 20`
  return rows.map(toLeftOver)
}

/**
 * Moves that ended as interrupted while the machine's row is still as it was before them: nobody knew then who owned it. Only the
 * last one of each machine, and none on which somebody works.
 */
export async function findLostMoves(db: DatabaseClient): Promise<LeftOver[]> {
  const rows = await db.$queryRaw<unknown[]>`
    SELECT o.id::text AS "operationId", o.args, o.epoch FROM operation o
    JOIN vm ON vm.id = o.vm_id AND vm.deleted_at IS NULL
    WHERE o.kind = 'vm.migrate' AND o.status = 'interrupted' AND vm.owner_epoch = (o.args->>'vmEpoch')::int
      AND vm.host_id = (o.args->>'sourceHostId')::uuid AND o.ended_at > now() - interval '30 days'
      AND NOT EXISTS (SELECT 1 FROM operation later WHERE later.vm_id = o.vm_id
        AND later.status IN ('queued', 'running', 'cancelling'))
    ORDER BY o.id LIMIT 20`
  return rows.map(toLeftOver)
}
