/** The room in pools that is spoken for by disks under way: what is free there is still counted without them. */
import { z } from 'zod'
import type { DatabaseClient } from '@berth/prisma/client'
import { operationArgsSchemas } from '../workflows/operation-args.ts'

const rowSchema = z.object({ args: operationArgsSchemas['vm.migrate'] })

/**
 * By "host pool". What has already arrived of a disk is counted twice until its move has ended, which errs on the side of room.
 * Without one machine, where given: for the question whether it has room.
 */
export async function promisedRoom(db: DatabaseClient, exceptVmId: string | null): Promise<Map<string, number>> {
  const rows = await db.operation.findMany({
    where: { kind: 'vm.migrate', status: { in: ['queued', 'running', 'cancelling'] } },
    select: { args: true },
  })
  const promised = new Map<string, number>()
  for (const row of rows) {
    const { vmId, targetHostId, disks } = rowSchema.parse(row).args
    if (vmId === exceptVmId) continue
    for (const { pool, needBytes } of disks) {
      const key = roomKey(targetHostId, pool)
      promised.set(key, (promised.get(key) ?? 0) + needBytes)
    }
  }
  return promised
}

export const roomKey = (hostId: string, pool: string): string => `${hostId} ${pool}`
