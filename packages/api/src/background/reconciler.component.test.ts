import { expect, it } from 'vitest'
import { AppError } from '@berth/core/errors/app-error'
import { vmIdSchema } from '@berth/core/ids/ids'
import { vmSpecSchema } from '@berth/core/vm/vm-spec'
import { makeOperationWorld, type OperationWorld } from '../operation/testing/operation-world.ts'
import { reconcileOnce } from './reconciler.ts'

const sweep = (world: OperationWorld) =>
  reconcileOnce({ db: world.db, operations: world.operations, images: world.context.images, log: world.log })

async function runOpen(world: OperationWorld): Promise<number> {
  const open = await world.db.operation.findMany({ where: { status: 'queued' }, select: { id: true } })
  for (const { id } of open) await world.newHolder('panel-1').hold(id)
  return open.length
}

it('takes a half deleted machine up again, and leaves it to people after three tries', async () => {
  await using world = await makeOperationWorld()
  const vmId = await world.addVm()
  await world.db.vm.update({ where: { id: vmId }, data: { lifecycle: 'deleting' } })
  await sweep(world)
  await sweep(world) // the first one is still under way
  expect(await runOpen(world)).toBe(1)
  expect((await world.db.vm.findUnique({ where: { id: vmId } }))?.deletedAt).not.toBeNull()
  await sweep(world)
  expect(await runOpen(world)).toBe(0)
})

it('does not try a machine for ever, nor one whose host is away', async () => {
  await using world = await makeOperationWorld()
  world.host.onCommand = () => {
    throw new AppError('VM_NOT_FOUND', 'The host refuses.')
  }
  const vmId = await world.addVm()
  await world.db.vm.update({ where: { id: vmId }, data: { lifecycle: 'deleting' } })
  await world.db.host.updateMany({ data: { state: 'offline' } })
  await sweep(world)
  expect(await world.db.operation.count()).toBe(0)
  await world.db.host.updateMany({ data: { state: 'online' } })
  for (let round = 1; round <= 5; round++) {
    await sweep(world)
    // As if each had ended with nothing reached.
    await world.db.operation.updateMany({
      where: { status: 'queued' },
      data: { status: 'interrupted', endedAt: new Date() },
    })
  }
  expect(await world.db.operation.count({ where: { vmId } })).toBe(3)
})

it('removes a machine whose making could be neither finished nor undone', async () => {
  await using world = await makeOperationWorld()
  const vmId = await world.addVm({ lifecycle: 'creating' })
  await sweep(world)
  expect(await runOpen(world)).toBe(1)
  expect((await world.db.vm.findUnique({ where: { id: vmId } }))?.deletedAt).not.toBeNull()
})

it('calls a forsaken import failed, and takes a half deleted image up again', async () => {
  await using world = await makeOperationWorld()
  const source = { kind: 'incoming', fileName: 'tiny.qcow2', checksum: null }
  const image = { name: 'tiny', source, hints: {} }
  const importing = await world.db.image.create({ data: image })
  await world.db.image.create({ data: { ...image, state: 'deleting' } })
  await sweep(world)
  expect(await world.db.image.findUnique({ where: { id: importing.id } })).toMatchObject({
    state: 'failed',
    error: { code: 'OPERATION_INTERRUPTED' },
  })
  expect(await runOpen(world)).toBe(1)
  expect(await world.db.image.count()).toBe(1)
})

it('wants off what powered itself off, and leaves every other drift to people', async () => {
  await using world = await makeOperationWorld()
  const { db } = world
  const addSeen = async (name: string, reason: string): Promise<string> => {
    const vmId = await world.addVm({ name })
    const { hostId, spec } = await db.vm.findUniqueOrThrow({ where: { id: vmId } })
    const wanted = { ...vmSpecSchema.parse(spec), desiredPower: 'on' as const }
    await db.vm.update({ where: { id: vmId }, data: { desiredPower: 'on', spec: wanted } })
    const seen = { vmId, hostId: hostId ?? '', epoch: 1, generation: 1, state: 'stopped', stateSince: new Date() }
    await db.vmObserved.create({ data: { ...seen, observed: { lastExit: { reason } }, bootId: 'b' } })
    return vmId
  }
  const ownWill = await addSeen('own-will', 'guest-shutdown')
  const drifted = await addSeen('drifted', 'host-restarted')
  const busy = await addSeen('busy', 'guest-shutdown')
  const args = { vmId: vmIdSchema.parse(busy) }
  const target = { vmId: busy, name: 'busy' }
  await world.operations.startAs({ kind: 'vm.start', args, target, actor: world.actor, request: args })
  await sweep(world)
  await sweep(world)
  const wantedOf = async (id: string) => {
    const { desiredPower, spec, revision } = await db.vm.findUniqueOrThrow({ where: { id } })
    return [desiredPower, vmSpecSchema.parse(spec).desiredPower, revision]
  }
  expect(await wantedOf(ownWill)).toEqual(['off', 'off', 2])
  expect(await wantedOf(drifted)).toEqual(['on', 'on', 1])
  expect(await wantedOf(busy)).toEqual(['on', 'on', 1])
  expect(await db.event.count({ where: { vmId: ownWill, kind: 'vm.changed' } })).toBe(1)
  expect(await db.operation.count({ where: { vmId: { not: busy } } })).toBe(0)
})
