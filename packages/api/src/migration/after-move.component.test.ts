/** The rows follow the owner: epochs, what each host may still say, and what a move leaves. */
import { describe, expect, it } from 'vitest'
import { newUuid, vmIdSchema, type VolumeId } from '@berth/core/ids/ids'
import type { MovedDisk } from '@berth/core/migration/disk-plan'
import { GiB } from '@berth/core/units/bytes'
import type { VmObservation } from '@berth/core/vm/vm-observation'
import { vmObservationSchema } from '@berth/core/vm/vm-observation'
import { createTestDatabase } from '@berth/prisma/test-database'
import { forgetObservation, writeObservation, writeSnapshot } from '../agents/vm-observed-repo.ts'
import { makeSecretBox } from '../auth/secret-box.ts'
import { addImage } from '../testing/fleet-fixture-repo.ts'
import { LiveFiguresStore } from '../agents/live-figures-store.ts'
import { insertTestUser } from '../operation/testing/operation-fixture-repo.ts'
import { findVmViews } from '../vm/vm-repo.ts'
import { PrismaVmRecords } from '../workflows/vm-records-repo.ts'
import { addMoveHosts, addRunningVm } from './testing/move-fleet-repo.ts'

async function makeWorld() {
  const database = await createTestDatabase()
  const { prisma: db } = database
  const ownerId = await insertTestUser(db)
  const [source = '', target = ''] = await addMoveHosts(db, ['host-a', 'host-b'])
  const vmId = await addRunningVm(db, { name: 'web-1', ownerId, hostId: source })
  const vms = new PrismaVmRecords(db, makeSecretBox(new Uint8Array(32)))
  const { observed } = await db.vmObserved.findUniqueOrThrow({ where: { vmId } })
  const before = vmObservationSchema.parse(observed)
  const operation = { kind: 'vm.migrate', title: 'Move web-1 to host-b', targetName: 'web-1', args: {} }
  const actor = { actorKey: 'system:test', actorName: 'Test', actorVia: 'system' }
  return {
    ...{ db, vms, vmId, source, target },
    /** What a host says of it. */
    says: (hostId: string, changes: Partial<VmObservation>) =>
      writeObservation(db, { hostId, bootId: 'boot', vm: { ...before, ...changes } }),
    seen: async () => {
      const row = await db.vmObserved.findUnique({ where: { vmId } })
      return row && `${row.hostId === target ? 'target' : 'source'} ${row.epoch}.${row.generation} ${row.state}`
    },
    view: async () => (await findVmViews({ db, live: new LiveFiguresStore() }, [vmId]))[0],
    begin: () => db.operation.create({ data: { id: newUuid(), vmId, ...operation, ...actor, status: 'running' } }),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }
}

const cameToDefault = (volumeId: VolumeId): MovedDisk => ({
  ...{ volumeId, number: 1, fromPool: 'fast', pool: 'default', format: 'qcow2', sizeBytes: GiB, needBytes: 1 },
  base: { kind: 'none' },
})

describe('the row of a machine that was moved', () => {
  it('names its new host and epoch, its disks too, and shows what was seen last until the new host speaks', async () => {
    await using world = await makeWorld()
    const { db, vms, vmId, source, target } = world
    await vms.setOwner(vmId, { hostId: target, epoch: 2 })
    await vms.setOwner(vmId, { hostId: target, epoch: 2 })
    expect(await vms.find(vmId)).toMatchObject({ hostId: target, ownerEpoch: 2 })
    expect(await db.volume.findMany({ select: { hostId: true } })).toEqual([{ hostId: target }])
    expect(await world.view()).toMatchObject({ host: { name: 'host-b' }, state: 'running' })
    const told = await db.event.findMany({ select: { kind: true, hostId: true } })
    expect(told.map(({ kind, hostId }) => `${kind} ${hostId}`).toSorted()).toEqual(
      [`host.changed ${source}`, `host.changed ${target}`, 'vm.changed null'].toSorted(),
    )
    expect(await world.says(target, { epoch: 2, generation: 0, state: 'paused' })).toBe(true)
    expect(await world.seen()).toBe('target 2.0 paused')
  })

  it('has its disk where it came to, once, and the spec says so too', async () => {
    await using world = await makeWorld()
    const { db, vms, vmId, target } = world
    const before = await vms.find(vmId)
    const [disk] = before?.spec.disks ?? []
    const volumeId = disk?.volumeId ?? expect.fail()
    const imageId = await addImage(db, world.source)
    await db.volume.update({ where: { id: volumeId }, data: { backingImageId: imageId } })
    const disks = [cameToDefault(volumeId)]
    await vms.setOwner(vmId, { hostId: target, epoch: 2, disks })
    await vms.setOwner(vmId, { hostId: target, epoch: 2, disks })
    expect(await db.volume.findMany({ select: { hostId: true, pool: true, backingImageId: true } })).toEqual([
      { hostId: target, pool: 'default', backingImageId: null },
    ])
    expect(await vms.find(vmId)).toMatchObject({
      revision: (before?.revision ?? 0) + 1,
      spec: { disks: [{ volumeId, pool: 'default' }] },
    })
  })

  it('changes no disk for an epoch that comes too late', async () => {
    await using world = await makeWorld()
    const { db, vms, vmId, source, target } = world
    const volumeId = (await vms.find(vmId))?.spec.disks[0]?.volumeId ?? expect.fail()
    await vms.setOwner(vmId, { hostId: source, epoch: 3 })
    const disks = [cameToDefault(volumeId)]
    await vms.setOwner(vmId, { hostId: target, epoch: 2, disks })
    expect(await db.volume.findMany({ select: { hostId: true, pool: true } })).toEqual([
      { hostId: source, pool: 'fast' },
    ])
    expect((await vms.find(vmId))?.spec.disks[0]?.pool).toBe('fast')
  })

  it('does not go back to a lower epoch, and follows a host that owns it under a higher one', async () => {
    await using world = await makeWorld()
    const { vms, vmId, source, target } = world
    await vms.setOwner(vmId, { hostId: source, epoch: 3 })
    expect(await world.seen()).toBe('source 1.1 running')
    await vms.setOwner(vmId, { hostId: target, epoch: 2 })
    expect(await vms.find(vmId)).toMatchObject({ hostId: source, ownerEpoch: 3 })
    expect(await world.says(source, { epoch: 3, generation: 9 })).toBe(true)
    expect(await world.says(source, { epoch: 1, generation: 99 })).toBe(false)
  })

  it('is not moved by what a host says, however high its epoch', async () => {
    await using world = await makeWorld()
    expect(await world.says(world.target, { epoch: 9, generation: 9 })).toBe(false)
    expect(await world.vms.find(world.vmId)).toMatchObject({ hostId: world.source, ownerEpoch: 1 })
  })
})

describe('what the former host still says', () => {
  it('changes nothing: no report, no removal, no snapshot without it', async () => {
    await using world = await makeWorld()
    const { db, vms, source, target } = world
    const vmId = vmIdSchema.parse(world.vmId)
    await vms.setOwner(vmId, { hostId: target, epoch: 2 })
    await world.says(target, { epoch: 2, generation: 1 })
    expect(await world.says(source, { epoch: 1, generation: 50, state: 'crashed' })).toBe(false)
    await forgetObservation(db, { hostId: source, vmId, epoch: 1, generation: 51 })
    await writeSnapshot(db, { hostId: source, bootId: 'boot', vms: [] })
    expect(await world.seen()).toBe('target 2.1 running')
  })

  it('does not make it unknown while it moves, and does once nobody moves it', async () => {
    await using world = await makeWorld()
    const { db, source } = world
    const vmId = vmIdSchema.parse(world.vmId)
    const { id } = await world.begin()
    await forgetObservation(db, { hostId: source, vmId, epoch: 1, generation: 51 })
    await writeSnapshot(db, { hostId: source, bootId: 'boot', vms: [] })
    expect(await world.view()).toMatchObject({ state: 'running' })
    await db.operation.update({ where: { id }, data: { status: 'failed', endedAt: new Date() } })
    await writeSnapshot(db, { hostId: source, bootId: 'boot', vms: [] })
    expect(await world.view()).toMatchObject({ state: 'unknown' })
  })
})
