/**
 * Gives a demo's panel the machines that its simulated hosts begin with, as rows: ten thousand by ten thousand tasks would
 * take an hour. How they are now is told by the hosts themselves, as always.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  fleetFiles,
  fleetImageOf,
  fleetMachineSchema,
  fleetPlanSchema,
  type FleetMachine,
  type FleetPlan,
} from '@berth/core/agent-contract/fleet-plan'
import { AppError } from '@berth/core/errors/app-error'
import { imageHintsSchema } from '@berth/core/image/image'
import { GiB } from '@berth/core/units/bytes'
import type { PrismaClient } from '@berth/prisma/client'
import { findOldestAdmin } from '../user/user-repo.ts'

/** Answers how many machines there are now. Idempotent. Throws OBJECT_NOT_FOUND without an administrator. */
export async function fillDemo(db: PrismaClient, folder: string): Promise<number> {
  const owner = await findOldestAdmin(db)
  if (owner === null) throw new AppError('OBJECT_NOT_FOUND', 'There is no administrator whose the machines could be.')
  const plan = fleetPlanSchema.parse(JSON.parse(await readFile(join(folder, fleetFiles.plan), 'utf8')))
  await insertImage(db, plan)
  const hosts = await db.host.findMany({ where: { name: { startsWith: 'sim-' } }, select: { id: true, name: true } })
  for (const host of hosts) {
    const text = await readFile(join(folder, host.name, fleetFiles.machines), 'utf8')
    const machines = fleetMachineSchema.array().parse(JSON.parse(text))
    await insertMachines(db, { hostId: host.id, ownerId: owner.userId, machines })
    const replica = { imageId: plan.imageId, hostId: host.id, pool: plan.pool.name, state: 'ready' }
    await db.imageReplica.createMany({ data: [replica], skipDuplicates: true })
  }
  // As PostgreSQL does by itself a minute later, and until then its plans are for an empty table.
  for (const table of ['host', 'vm', 'vm_search', 'volume']) await db.$executeRawUnsafe(`ANALYZE ${table}`)
  await writeFile(join(folder, fleetFiles.filled), '')
  return db.vm.count({ where: { deletedAt: null } })
}

interface HostMachines {
  readonly hostId: string
  readonly ownerId: string
  readonly machines: readonly FleetMachine[]
}

async function insertMachines(db: PrismaClient, { hostId, ownerId, machines }: HostMachines): Promise<void> {
  const rows = machines.map(({ vmId, spec, description, tags, createdAt }) => ({
    ...{ id: vmId, name: spec.name, description, tags, ownerId, hostId, spec, createdAt },
    ...{ desiredPower: spec.desiredPower, lifecycle: 'present' },
  }))
  const volumes = machines.flatMap(({ vmId, spec, createdAt }) =>
    spec.disks.map(({ volumeId, pool, format, sizeBytes }) => ({
      ...{ id: volumeId, vmId, hostId, pool, format, sizeBytes: BigInt(sizeBytes), state: 'ready', createdAt },
    })),
  )
  await db.$transaction([
    db.vm.createMany({ data: rows, skipDuplicates: true }),
    db.volume.createMany({ data: volumes, skipDuplicates: true }),
  ])
}

async function insertImage(db: PrismaClient, plan: FleetPlan): Promise<void> {
  const { imageId, kind, format, virtualBytes, allocatedBytes, sha256 } = fleetImageOf(plan)
  const row = {
    ...{ id: imageId, name: 'Simulated system', kind, format, sha256, state: 'ready' },
    virtualBytes: BigInt(virtualBytes),
    allocatedBytes: BigInt(allocatedBytes),
    source: { kind: 'incoming', fileName: 'simulated.qcow2', checksum: null },
    hints: imageHintsSchema.parse({ osName: 'Simulated system', minMemoryBytes: GiB / 2, hasCloudInit: false }),
  }
  await db.image.createMany({ data: [row], skipDuplicates: true })
}
