/** A task and the record of who asked for it are accepted together, whatever dies after that. */
import { expect, test } from 'vitest'
import { GiB, MiB } from '@berth/core/units/bytes'
import { addHost, addImage } from '../testing/fleet-fixture-repo.ts'
import { openTestPanel } from '../testing/open-test-panel.ts'

test('without its record no task is accepted, and with it exactly one is written', async () => {
  await using world = await openTestPanel()
  const { db } = world.process.panel
  const imageId = await addImage(db, await addHost(db))
  const wish = { vcpus: 1, memoryBytes: 256 * MiB, diskBytes: GiB, firmware: 'bios', start: true, imageId } as const
  const { vm } = world.as(world.ada)

  await db.$executeRawUnsafe(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'no room for records'; END $$`)
  await db.$executeRawUnsafe(`CREATE TRIGGER refuse BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION refuse()`)
  await expect(vm.create({ ...wish, name: 'unrecorded' })).rejects.toThrow()
  expect(await db.operation.count()).toBe(0)
  expect(await db.vm.count({ where: { name: 'unrecorded' } })).toBe(0)

  await db.$executeRawUnsafe(`DROP TRIGGER refuse ON audit`)
  const { operationId, vmId } = await vm.create({ ...wish, name: 'recorded', idempotencyKey: 'key-12345' })
  expect(await db.audit.findMany()).toMatchObject([
    { procedure: 'vm.create', outcome: 'ok', operationId, targetKind: 'vm', targetId: vmId, actorName: 'ada' },
  ])
  expect(await vm.create({ ...wish, name: 'recorded', idempotencyKey: 'key-12345' })).toMatchObject({ operationId })
  expect(await db.audit.count(), 'the key came again: nothing was accepted').toBe(1)
  // One that is refused starts none, and is recorded at its end.
  await expect(vm.delete({ vmId })).rejects.toThrow()
  expect(await db.audit.findMany({ where: { procedure: 'vm.delete' } })).toMatchObject([
    { outcome: 'denied', operationId: null, targetId: vmId },
  ])
  expect(await db.audit.count({ where: { operationId } })).toBe(1)
})
