/** Asking for a disk to go into another pool: who may, which pools can have it, what the task keeps, and what the rows say at its end. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { volumeIdSchema } from '@berth/core/ids/ids'
import { GiB, MiB } from '@berth/core/units/bytes'
import { makeSecretBox } from '../auth/secret-box.ts'
import { addMoveHosts, addRunningVm } from '../migration/testing/move-fleet-repo.ts'
import { caught } from '../testing/caught.ts'
import { openTestPanel, type TestPanel } from '../testing/open-test-panel.ts'
import { operationArgsSchemas } from '../workflows/operation-args.ts'
import { PrismaVmRecords } from '../workflows/vm-records-repo.ts'

let world: TestPanel
let hostId: string
beforeAll(async () => {
  world = await openTestPanel()
})
afterAll(() => world[Symbol.asyncDispose]())
beforeEach(async () => {
  const { db } = world.process.panel
  await db.operation.deleteMany()
  await db.volume.deleteMany()
  await db.vm.deleteMany()
  await db.host.deleteMany()
  hostId = (await addMoveHosts(db, ['host-a']))[0] ?? ''
  await db.host.update({ where: { id: hostId }, data: { capabilities: ['disk-moves', 'image-transfer'] } })
})

const db = () => world.process.panel.db
const admin = () => world.as(world.admin)

let count = 0
async function addLocal() {
  const vmId = await addRunningVm(db(), {
    ...{ name: `local-${++count}`, ownerId: world.ada.userId, hostId, pool: 'default' },
  })
  const { id } = await db().volume.findFirstOrThrow({ where: { vmId } })
  return { vmId, volumeId: volumeIdSchema.parse(id) }
}
const free = (name: string, freeBytes: number) =>
  db().pool.updateMany({ where: { hostId, name }, data: { freeBytes: BigInt(freeBytes) } })

describe('the pools of a disk', () => {
  it('are those of its host, each with its room or what is against it', async () => {
    await free('fast', GiB / 2)
    const { pools } = await admin().vm.diskPools(await addLocal())
    expect(pools).toMatchObject([
      { pool: 'default', refusal: 'It lies there already.' },
      { pool: 'fast', needBytes: GiB, freeBytes: GiB / 2, refusal: '1 GiB needed, 512 MiB free' },
    ])
    await free('fast', 2 * GiB)
    expect((await admin().vm.diskPools(await addLocal())).pools[1]).toMatchObject({ pool: 'fast', refusal: null })
    await db().host.update({ where: { id: hostId }, data: { capabilities: [] } })
    expect((await admin().vm.diskPools(await addLocal())).pools[1]?.refusal).toMatch(/agent of host-a .*update it/)
  })
})

describe('a disk', () => {
  it('goes by a task that keeps from where to where, once for a key, and its rows follow', async () => {
    const { vmId, volumeId } = await addLocal()
    const wanted = { vmId, volumeId, toPool: 'fast', idempotencyKey: 'once-and-only-once' }
    const { operationId } = await admin().vm.moveDisk(wanted)
    expect(await admin().vm.moveDisk(wanted)).toEqual({ operationId })
    const task = await admin().operation.get({ operationId })
    expect(task).toMatchObject({
      kind: 'vm.moveDisk',
      status: 'queued',
      title: `Move disk 1 of local-${count} to fast`,
    })
    expect(task.steps.map(({ name }) => name)).toEqual(['image', 'move', 'publish', 'define'])
    const row = await db().operation.findUniqueOrThrow({ where: { id: operationId } })
    expect(operationArgsSchemas['vm.moveDisk'].parse(row.args)).toEqual({
      ...{ vmId, volumeId, number: 1, fromPool: 'default', toPool: 'fast', needBytes: GiB },
      ...{ bandwidthBytesPerSecond: null, keepsOld: true, bringImages: [] },
    })
    const records = new PrismaVmRecords(db(), makeSecretBox(new Uint8Array(32)))
    const before = await records.find(vmId)
    await records.setDiskPool(vmId, { volumeId, pool: 'fast' })
    await records.setDiskPool(vmId, { volumeId, pool: 'fast' })
    expect(await records.find(vmId)).toMatchObject({
      ...{ revision: (before?.revision ?? 0) + 1, spec: { disks: [{ volumeId, pool: 'fast' }] } },
    })
    expect(await db().volume.findUniqueOrThrow({ where: { id: volumeId } })).toMatchObject({ pool: 'fast' })
  })

  it('is refused with the pool’s reason and its numbers', async () => {
    const { vmId, volumeId } = await addLocal()
    const ask = (toPool: string) => caught(admin().vm.moveDisk({ vmId, volumeId, toPool }))
    await free('fast', GiB / 4)
    expect(await ask('fast')).toMatchObject({
      code: 'POOL_FULL',
      message: 'The disk cannot go into "fast": 1 GiB needed, 256 MiB free',
    })
    const slowly = { vmId, volumeId, toPool: 'fast', bandwidthBytesPerSecond: MiB - 1 }
    expect(await caught(admin().vm.moveDisk(slowly))).toMatchObject({ code: 'INPUT_INVALID' })
    expect(await ask('default')).toMatchObject({ code: 'VM_STATE_CONFLICT' })
    expect(await ask('nowhere')).toMatchObject({ code: 'OBJECT_NOT_FOUND' })
    await db().pool.updateMany({ where: { hostId, name: 'fast' }, data: { problem: 'It is not mounted.' } })
    expect(await ask('fast')).toMatchObject({ code: 'POOL_UNAVAILABLE' })
    expect(await caught(world.as(world.ada).vm.moveDisk({ vmId, volumeId, toPool: 'fast' }))).toMatchObject({
      code: 'PERMISSION_DENIED',
    })
  })

  it('takes its room on its way, and keeps its machine from other changes', async () => {
    await free('fast', 1.5 * GiB)
    const first = await addLocal()
    await admin().vm.moveDisk({ ...first, toPool: 'fast' })
    const second = await addLocal()
    expect((await admin().vm.diskPools(second)).pools[1]?.refusal).toBe('1 GiB needed, 512 MiB free')
    expect(await caught(admin().vm.moveDisk({ ...first, toPool: 'fast' }))).toMatchObject({ code: 'VM_BUSY' })
  })

  it('is tried again by administrators, with the rules as they are now', async () => {
    const wanted = await addLocal()
    const { operationId } = await admin().vm.moveDisk({ ...wanted, toPool: 'fast' })
    await db().operation.update({ where: { id: operationId }, data: { status: 'failed', endedAt: new Date() } })
    await free('fast', 0)
    expect(await caught(admin().operation.retry({ operationId }))).toMatchObject({ code: 'POOL_FULL' })
    await free('fast', 2 * GiB)
    const again = await admin().operation.retry({ operationId })
    expect(await admin().operation.get({ operationId: again.operationId })).toMatchObject({ retryOfId: operationId })
  })
})
