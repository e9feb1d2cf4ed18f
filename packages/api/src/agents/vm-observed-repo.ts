/**
 * What agents saw of machines. The newest (epoch, generation) wins whatever way it came, and a host may only speak of
 * machines that are placed on it: a host that went bad cannot say anything about those of others.
 */
import type { VmObservation } from '@berth/core/vm/vm-observation'
import { Prisma, type DatabaseClient, type PrismaClient } from '@berth/prisma/client'
import { announce } from '../events/outbox-repo.ts'
import { storableJson } from './storable-json.ts'

export interface Sighting {
  readonly hostId: string
  readonly bootId: string
  readonly vm: VmObservation
}

/** False when it changed nothing: an older or an equal report, a machine of another host, or none of ours. */
export async function writeObservation(db: PrismaClient, sighting: Sighting): Promise<boolean> {
  return db.$transaction((tx) => observe(tx, sighting))
}

async function observe(tx: DatabaseClient, { hostId, bootId, vm }: Sighting): Promise<boolean> {
  const count = await tx.$executeRaw`
    INSERT INTO vm_observed (vm_id, host_id, epoch, generation, state, state_since, observed, boot_id, seen_at)
    SELECT vm.id, ${hostId}::uuid, ${vm.epoch}, ${vm.generation}, ${vm.state}, ${vm.stateSince}::timestamptz,
      ${storableJson(vm)}::jsonb, ${bootId}, now()
    FROM vm WHERE vm.id = ${vm.vmId}::uuid AND vm.host_id = ${hostId}::uuid AND vm.deleted_at IS NULL
    ON CONFLICT (vm_id) DO UPDATE SET host_id = EXCLUDED.host_id, epoch = EXCLUDED.epoch,
      generation = EXCLUDED.generation, state = EXCLUDED.state, state_since = EXCLUDED.state_since,
      observed = EXCLUDED.observed, boot_id = EXCLUDED.boot_id, seen_at = EXCLUDED.seen_at
    WHERE (vm_observed.epoch, vm_observed.generation) < (EXCLUDED.epoch, EXCLUDED.generation)`
  if (count > 0) await announce(tx, { kind: 'vm.changed', vmId: vm.vmId })
  return count > 0
}

/**
 * A machine that moves leaves its host before the panel knows where it is: what was seen of it stays for that moment, and then
 * belongs to its new host, of which its former one can say nothing.
 */
const isNotMoving = Prisma.sql`NOT EXISTS (SELECT 1 FROM operation o WHERE o.vm_id = vm_observed.vm_id
  AND o.kind = 'vm.migrate' AND o.status IN ('running', 'cancelling'))`

/** The machines of which a host may speak. */
export async function listPlacedVmIds(db: DatabaseClient, hostId: string): Promise<string[]> {
  const rows = await db.vm.findMany({ where: { hostId, deletedAt: null }, select: { id: true } })
  return rows.map(({ id }) => id)
}

/** All that a host holds, in one transaction. What was seen there before and is not there now is forgotten. */
export async function writeSnapshot(
  db: PrismaClient,
  { hostId, bootId, vms }: { hostId: string; bootId: string; vms: readonly VmObservation[] },
): Promise<void> {
  await db.$transaction(
    async (tx) => {
      for (const vm of vms) await observe(tx, { hostId, bootId, vm })
      const vmIds = vms.map((vm) => vm.vmId)
      await tx.$executeRaw`
        UPDATE vm_observed SET seen_at = now() WHERE host_id = ${hostId}::uuid AND vm_id = ANY(${vmIds}::uuid[])`
      const gone = await tx.$queryRaw<{ vmId: string }[]>`
        DELETE FROM vm_observed WHERE host_id = ${hostId}::uuid AND NOT vm_id = ANY(${vmIds}::uuid[])
          AND ${isNotMoving}
        RETURNING vm_id AS "vmId"`
      await announce(tx, ...gone.map(({ vmId }) => ({ kind: 'vm.changed', vmId }) as const))
    },
    { timeout: 30_000 },
  )
}

export interface Removal {
  readonly hostId: string
  readonly vmId: string
  readonly epoch: number
  readonly generation: number
}

export async function forgetObservation(db: PrismaClient, removal: Removal): Promise<void> {
  const { hostId, vmId, epoch, generation } = removal
  await db.$transaction(async (tx) => {
    const count = await tx.$executeRaw`
      DELETE FROM vm_observed WHERE vm_id = ${vmId}::uuid AND host_id = ${hostId}::uuid
        AND (epoch, generation) <= (${epoch}, ${generation}) AND ${isNotMoving}`
    if (count > 0) await announce(tx, { kind: 'vm.changed', vmId })
  })
}
