/** Hosts that share a pool, and machines that run on them, as rows. */
import { newUuid } from '@berth/core/ids/ids'
import { GiB } from '@berth/core/units/bytes'
import { vmSpecSchema } from '@berth/core/vm/vm-spec'
import type { PrismaClient } from '@berth/prisma/client'
import { insertMove } from '../move-row-repo.ts'
import { addHost, addVm } from '../../testing/fleet-fixture-repo.ts'

const sharedPool = 'fast'

/** Each with the pool "fast", which is the same on all of them. */
export async function addMoveHosts(db: PrismaClient, names: readonly string[]): Promise<string[]> {
  const sharedId = newUuid()
  const ids: string[] = []
  for (const name of names) {
    const hostId = await addHost(db, name)
    await db.host.update({ where: { id: hostId }, data: { capabilities: ['moves', 'mirror', 'off-moves'] } })
    const space = { totalBytes: BigInt(100 * GiB), freeBytes: BigInt(50 * GiB), committedBytes: 0n }
    const seen = { path: '/srv/fast', supportsDirectIo: true, seenAt: new Date() }
    await db.pool.create({ data: { hostId, name: sharedPool, sharedId, ...space, ...seen } })
    ids.push(hostId)
  }
  return ids
}

interface AcceptedMove {
  readonly vmId: string
  readonly sourceHostId: string
  readonly targetHostId: string
  /** As in its operation's arguments. */
  readonly disks?: readonly Readonly<Record<string, string>>[]
}

/** A move's row and its operation's, as they are when it was accepted. */
export async function addMove(
  db: PrismaClient,
  { vmId, sourceHostId, targetHostId, disks = [] }: AcceptedMove,
): Promise<string> {
  const operationId = newUuid()
  const args = {
    vmId,
    sourceHostId,
    targetHostId,
    vmEpoch: 1,
    policy: 'pause-if-needed',
    bandwidthBytesPerSecond: null,
    disks: [...disks],
  }
  const words = { kind: 'vm.migrate', title: 'Move web-1 to host-b', targetName: 'web-1' }
  const actor = { actorKey: 'system:test', actorName: 'Test', actorVia: 'system' }
  await db.$transaction(async (tx) => {
    await insertMove(tx, {
      ...{ operationId, vmId, policy: 'pause-if-needed' },
      source: { hostId: sourceHostId, name: 'host-a' },
      target: { hostId: targetHostId, name: 'host-b' },
    })
    await tx.operation.create({ data: { id: operationId, vmId, args, ...words, ...actor } })
  })
  return operationId
}

interface RunningVm {
  readonly name: string
  readonly ownerId: string
  readonly hostId: string
  /** Where its disk lies; the shared one where it is not said. */
  readonly pool?: string
}

/** Running, with its disk in the shared pool. */
export async function addRunningVm(
  db: PrismaClient,
  { name, ownerId, hostId, pool = sharedPool }: RunningVm,
): Promise<string> {
  const vmId = await addVm(db, { name, ownerId, hostId, state: 'running' })
  const { spec } = await db.vm.findUniqueOrThrow({ where: { id: vmId } })
  const { disks, ...rest } = vmSpecSchema.parse(spec)
  const moved = { ...rest, desiredPower: 'on' as const, disks: disks.map((disk) => ({ ...disk, pool })) }
  const volumes = disks.map(({ volumeId, sizeBytes }) => ({
    ...{ id: volumeId, hostId, pool, format: 'qcow2', sizeBytes: BigInt(sizeBytes), state: 'ready' },
  }))
  await db.vm.update({ where: { id: vmId }, data: { spec: moved, desiredPower: 'on', volumes: { create: volumes } } })
  return vmId
}
