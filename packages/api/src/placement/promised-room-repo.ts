/** The room in pools that is spoken for by disks under way: what is free there is still counted without them. */
import { z } from 'zod'
import type { DatabaseClient } from '@berth/prisma/client'
import { operationArgsSchemas } from '../workflows/operation-args.ts'

const rowSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('vm.migrate'), args: operationArgsSchemas['vm.migrate'] }),
  z.object({ kind: z.literal('vm.moveDisk'), hostId: z.string(), args: operationArgsSchemas['vm.moveDisk'] }),
])

/**
 * By "host pool". What has already arrived of a disk is counted twice until its move has ended, which errs on the side of room.
 * Without one machine, where given: for the question whether it has room.
 */
export async function promisedRoom(db: DatabaseClient, exceptVmId: string | null): Promise<Map<string, number>> {
  const rows = await db.operation.findMany({
    where: { kind: { in: ['vm.migrate', 'vm.moveDisk'] }, status: { in: ['queued', 'running', 'cancelling'] } },
    select: { kind: true, hostId: true, args: true },
  })
  const promised = new Map<string, number>()
  for (const row of rows) {
    const parsed = rowSchema.parse(row)
    if (parsed.args.vmId === exceptVmId) continue
    for (const { key, needBytes } of roomsOf(parsed)) promised.set(key, (promised.get(key) ?? 0) + needBytes)
  }
  return promised
}

function roomsOf(row: z.output<typeof rowSchema>): { key: string; needBytes: number }[] {
  if (row.kind === 'vm.moveDisk') return [{ key: roomKey(row.hostId, row.args.toPool), needBytes: row.args.needBytes }]
  return row.args.disks.map(({ pool, needBytes }) => ({ key: roomKey(row.args.targetHostId, pool), needBytes }))
}

export const roomKey = (hostId: string, pool: string): string => `${hostId} ${pool}`
