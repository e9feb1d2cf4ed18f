import { expect, it } from 'vitest'
import { AppError } from '@berth/core/errors/app-error'
import { makeOperationWorld, type OperationWorld } from '../operation/testing/operation-world.ts'
import { reconcileOnce } from './reconciler.ts'

async function runOpen(world: OperationWorld): Promise<number> {
  const open = await world.db.operation.findMany({ where: { status: 'queued' }, select: { id: true } })
  for (const { id } of open) await world.newHolder('panel-1').hold(id)
  return open.length
}

it('takes a half deleted machine up again, and leaves it to people after three tries', async () => {
  await using world = await makeOperationWorld()
  const vmId = await world.addVm()
  await world.db.vm.update({ where: { id: vmId }, data: { lifecycle: 'deleting' } })
  await reconcileOnce(world.db, world.operations, world.log)
  await reconcileOnce(world.db, world.operations, world.log) // the first one is still under way
  expect(await runOpen(world)).toBe(1)
  expect((await world.db.vm.findUnique({ where: { id: vmId } }))?.deletedAt).not.toBeNull()
  await reconcileOnce(world.db, world.operations, world.log)
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
  await reconcileOnce(world.db, world.operations, world.log)
  expect(await world.db.operation.count()).toBe(0)
  await world.db.host.updateMany({ data: { state: 'online' } })
  for (let sweep = 1; sweep <= 5; sweep++) {
    await reconcileOnce(world.db, world.operations, world.log)
    // As if each had ended with nothing reached.
    await world.db.operation.updateMany({
      where: { status: 'queued' },
      data: { status: 'interrupted', endedAt: new Date() },
    })
  }
  expect(await world.db.operation.count({ where: { vmId } })).toBe(3)
})
