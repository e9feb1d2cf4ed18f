/** What hosts' machines may use, whether they use it now or not. */
import { Prisma, type DatabaseClient } from '@berth/prisma/client'

export interface Committed {
  readonly vcpus: number
  readonly memoryBytes: number
  readonly vmCount: number
  readonly runningVmCount: number
}

export const nothingCommitted: Committed = { vcpus: 0, memoryBytes: 0, vmCount: 0, runningVmCount: 0 }

/**
 * Over the aliases vm and seen. A machine counts as on when it is wanted on, was seen with a process, or is being changed by a
 * task: the one that is about to start has no process yet, and its memory is spoken for all the same.
 */
const isOn = Prisma.sql`(vm.desired_power = 'on' OR COALESCE(seen.state, 'stopped') <> 'stopped' OR EXISTS (
  SELECT 1 FROM operation o WHERE o.vm_id = vm.id AND o.status IN ('queued', 'running', 'cancelling')
    AND o.kind IN ('vm.create', 'vm.start')))`

export async function committedByHost(db: DatabaseClient, hostIds: readonly string[]): Promise<Map<string, Committed>> {
  const rows = await db.$queryRaw<{ host_id: string; vcpus: bigint; memory: bigint; count: bigint; running: bigint }[]>`
    SELECT vm.host_id,
      COALESCE(SUM((vm.spec->>'vcpus')::bigint) FILTER (WHERE ${isOn}), 0)::bigint AS vcpus,
      COALESCE(SUM((vm.spec->>'memoryBytes')::bigint) FILTER (WHERE ${isOn}), 0)::bigint AS memory,
      COUNT(*) AS count,
      COUNT(*) FILTER (WHERE seen.state = 'running') AS running
    FROM vm
    LEFT JOIN vm_observed seen ON seen.vm_id = vm.id
    WHERE vm.deleted_at IS NULL AND vm.host_id = ANY(${[...hostIds]}::uuid[])
    GROUP BY vm.host_id`
  const toCommitted = (row: (typeof rows)[number]): Committed => ({
    vcpus: Number(row.vcpus),
    memoryBytes: Number(row.memory),
    vmCount: Number(row.count),
    runningVmCount: Number(row.running),
  })
  return new Map(rows.map((row) => [row.host_id, toCommitted(row)]))
}

/**
 * The memory that is spoken for on each host: of the machines that are on there, and of those that move there while they are on. Without one
 * machine, where given: for the question whether it has room.
 */
export async function promisedMemory(db: DatabaseClient, exceptVmId: string | null): Promise<Map<string, number>> {
  const rows = await db.$queryRaw<{ hostId: string; memory: bigint }[]>`
    SELECT promised.host_id AS "hostId", SUM((vm.spec->>'memoryBytes')::bigint)::bigint AS memory
    FROM (
      SELECT vm.id AS vm_id, vm.host_id FROM vm LEFT JOIN vm_observed seen ON seen.vm_id = vm.id
      WHERE vm.deleted_at IS NULL AND vm.host_id IS NOT NULL AND ${isOn}
      UNION
      SELECT move.vm_id, move.target_host_id FROM move JOIN operation o ON o.id = move.operation_id
      WHERE o.status IN ('queued', 'running', 'cancelling') AND (o.args->>'isOff') IS DISTINCT FROM 'true'
    ) promised
    JOIN vm ON vm.id = promised.vm_id
    WHERE vm.deleted_at IS NULL AND promised.vm_id IS DISTINCT FROM ${exceptVmId}::uuid
    GROUP BY promised.host_id`
  return new Map(rows.map((row) => [row.hostId, Number(row.memory)]))
}
