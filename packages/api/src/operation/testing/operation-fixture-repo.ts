/** Rows that tests of operations stand on. */
import { newUuid } from '@berth/core/ids/ids'
import type { VmSpec } from '@berth/core/vm/vm-spec'
import type { PrismaClient } from '@berth/prisma/client'

export async function insertTestUser(db: PrismaClient): Promise<string> {
  const id = newUuid()
  await db.user.create({ data: { id, name: 'Ada', email: `${id}@berth.local`, role: 'admin' } })
  return id
}

export async function insertTestHost(db: PrismaClient, hostId: string, state = 'online'): Promise<void> {
  await db.host.create({ data: { id: hostId, name: `host-${hostId.slice(-6)}`, address: '127.0.0.1', port: 1, state } })
}

export interface TestVm {
  readonly vmId: string
  readonly ownerId: string
  readonly hostId: string
  readonly spec: VmSpec
  readonly lifecycle: 'creating' | 'present'
}

export async function insertTestVm(
  db: PrismaClient,
  { vmId, ownerId, hostId, spec, lifecycle }: TestVm,
): Promise<void> {
  await db.vm.create({
    data: {
      id: vmId,
      name: spec.name,
      ownerId,
      hostId,
      spec,
      lifecycle,
      volumes: {
        create: spec.disks.map((disk) => ({
          id: disk.volumeId,
          hostId,
          pool: disk.pool,
          format: disk.format,
          sizeBytes: BigInt(disk.sizeBytes),
        })),
      },
    },
  })
}
