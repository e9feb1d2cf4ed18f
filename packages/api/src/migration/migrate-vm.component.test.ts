/** Asking for a move: who may, what is refused and why, how many go at once, and what becomes of those that wait. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newUuid, vmIdSchema, volumeIdSchema } from '@berth/core/ids/ids'
import { GiB } from '@berth/core/units/bytes'
import { findHostHoldings } from '../host/host-holdings-repo.ts'
import { claimOperation, endOperation, requeueForsaken } from '../operation/operation-lease-repo.ts'
import { addVm } from '../testing/fleet-fixture-repo.ts'
import { caught } from '../testing/caught.ts'
import { openTestPanel, type TestPanel } from '../testing/open-test-panel.ts'
import { operationArgsSchemas } from '../workflows/operation-args.ts'
import { addMoveHosts, addRunningVm } from './testing/move-fleet-repo.ts'

let world: TestPanel
let hosts: string[] = []
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
  hosts = await addMoveHosts(db, ['host-a', 'host-b', 'host-c', 'host-d', 'host-e', 'host-f', 'host-g'])
})

const db = () => world.process.panel.db
const admin = () => world.as(world.admin)

let count = 0
const addOn = (index: number): Promise<string> =>
  addRunningVm(db(), { name: `web-${++count}`, ownerId: world.ada.userId, hostId: hosts[index] ?? '' })

async function move(from: number, to: number): Promise<string> {
  const vmId = await addOn(from)
  return (await admin().vm.migrate({ vmId, targetHostId: hosts[to] ?? '' })).operationId
}

const claim = (operationId: string) => claimOperation(db(), operationId, 'panel-1')
const textOf = async (operationId: string) => (await admin().operation.get({ operationId })).progressText

describe('a move', () => {
  it('is a task that says where from and where to, and keeps it', async () => {
    const vmId = await addOn(0)
    const wanted = {
      vmId,
      targetHostId: hosts[1] ?? '',
      policy: 'very-large',
      idempotencyKey: 'a-move-of-web',
    } as const
    const { operationId } = await admin().vm.migrate(wanted)
    expect(await admin().vm.migrate(wanted)).toEqual({ operationId })
    const task = await admin().operation.get({ operationId })
    expect(task).toMatchObject({ kind: 'vm.migrate', title: `Move web-${count} to host-b`, status: 'queued' })
    expect(task.steps.map(({ name }) => name)).toEqual([
      ...['check', 'image', 'inspect', 'prepare', 'send', 'publish', 'settle', 'listen', 'follow', 'confirm'],
    ])
    expect(await world.as(world.ada).operation.move({ operationId })).toEqual({
      ...{
        operationId,
        vmId,
        policy: 'very-large',
        disks: [],
        isOff: false,
        progress: null,
        report: null,
        forecast: null,
      },
      source: { hostId: hosts[0], name: 'host-a' },
      target: { hostId: hosts[1], name: 'host-b' },
    })
    for (const hostId of [hosts[0], hosts[1]]) {
      const { items } = await admin().operation.list({ filter: { hostId: hostId ?? '' } })
      expect(items.map((item) => item.operationId)).toEqual([operationId])
    }
    expect(await caught(world.as(world.bob).operation.move({ operationId }))).toMatchObject({
      code: 'OPERATION_NOT_FOUND',
    })
  })

  it('goes by the policy that its machine has, where none is chosen', async () => {
    const vmId = vmIdSchema.parse(await addOn(0))
    await world.as(world.ada).vm.update({ vmId, movePolicy: 'very-large' })
    expect(await admin().vm.get({ vmId })).toMatchObject({ movePolicy: 'very-large', revision: 1 })
    const wanted = { vmId, targetHostId: hosts[1] ?? '' }
    const policyOf = async (operationId: string) => (await admin().operation.move({ operationId })).policy
    const first = await admin().vm.migrate(wanted)
    expect(await policyOf(first.operationId)).toBe('very-large')
    const ended = { status: 'cancelled', endedAt: new Date() }
    await db().operation.update({ where: { id: first.operationId }, data: ended })
    const second = await admin().vm.migrate({ ...wanted, policy: 'shortest-pause' })
    expect(await policyOf(second.operationId)).toBe('shortest-pause')
  })

  it('goes to the best host when none is named', async () => {
    const vmId = await addOn(0)
    await addOn(1)
    const { hosts: judged, bestHostId } = await admin().vm.moveTargets({ vmId })
    expect(judged.map(({ name }) => name)).toEqual([
      'host-c',
      'host-d',
      'host-e',
      'host-f',
      'host-g',
      'host-b',
      'host-a',
    ])
    expect(judged.at(-1)).toMatchObject({ isCurrent: true, verdict: 'cannot' })
    const { operationId } = await admin().vm.migrate({ vmId, targetHostId: null })
    expect((await admin().operation.move({ operationId })).target.hostId).toBe(bestHostId)
  })

  it('is for administrators: an owner has no say in where his machine runs', async () => {
    const vmId = await addOn(0)
    const ada = world.as(world.ada)
    expect(await caught(ada.vm.moveTargets({ vmId }))).toMatchObject({ code: 'PERMISSION_DENIED' })
    expect(await caught(ada.vm.migrate({ vmId, targetHostId: null }))).toMatchObject({ code: 'PERMISSION_DENIED' })
  })

  it('is refused with the rule and its numbers', async () => {
    const vmId = await addOn(0)
    await db().host.update({ where: { id: hosts[1] ?? '' }, data: { isInMaintenance: true } })
    const refusal = await caught(admin().vm.migrate({ vmId, targetHostId: hosts[1] ?? '' }))
    expect(refusal).toMatchObject({
      code: 'HOST_UNFIT',
      message: 'Not to host-b: The host is in maintenance.',
      details: { name: 'host-b' },
    })
    expect(refusal?.details.reasons).toContainEqual(expect.objectContaining({ rule: 'maintenance', verdict: 'cannot' }))
    await db().host.updateMany({ data: { isInMaintenance: true } })
    expect(await caught(admin().vm.migrate({ vmId, targetHostId: null }))).toMatchObject({ code: 'HOST_UNFIT' })
    expect(await caught(admin().vm.migrate({ vmId, targetHostId: newUuid() }))).toMatchObject({
      code: 'HOST_NOT_FOUND',
    })
  })

  it('is refused for a machine that starts or is busy', async () => {
    const vmId = await addOn(0)
    await db().vmObserved.update({ where: { vmId }, data: { state: 'starting' } })
    expect(await caught(admin().vm.migrate({ vmId, targetHostId: null }))).toMatchObject({ code: 'VM_STATE_CONFLICT' })
    await db().vmObserved.update({ where: { vmId }, data: { state: 'running' } })
    await admin().vm.migrate({ vmId, targetHostId: null })
    expect(await caught(admin().vm.pause({ vmId }))).toMatchObject({
      code: 'VM_BUSY',
      message: expect.stringMatching(/^Busy: Move web-\d+ to host-/) as unknown,
    })
  })

  it('takes its memory on its way', async () => {
    const before = await admin().vm.moveTargets({ vmId: await addOn(2) })
    await move(0, 1)
    const after = await admin().vm.moveTargets({ vmId: await addOn(2) })
    const freeOn = ({ hosts: judged }: typeof before, name: string) =>
      judged.find((host) => host.name === name)?.freeMemoryAfterBytes ?? 0
    expect(freeOn(before, 'host-b') - freeOn(after, 'host-b')).toBe(256 * 1024 ** 2)
    expect(freeOn(before, 'host-d')).toBe(freeOn(after, 'host-d'))
  })

  it('of a machine that is off takes no memory there, and is shown as such', async () => {
    const vmId = await addVm(db(), { name: `off-${++count}`, ownerId: world.ada.userId, hostId: hosts[0] ?? '' })
    const freeOnB = async () => {
      const { hosts: judged } = await admin().vm.moveTargets({ vmId: await addOn(2) })
      return judged.find(({ name }) => name === 'host-b')?.freeMemoryAfterBytes
    }
    const before = await freeOnB()
    const { operationId } = await admin().vm.migrate({ vmId, targetHostId: hosts[1] ?? '' })
    expect(await admin().operation.move({ operationId })).toMatchObject({ isOff: true, disks: [{ pool: 'default' }] })
    expect(await freeOnB()).toBe(before)
  })

  it('keeps its target from being removed until it has ended', async () => {
    const operationId = await move(0, 1)
    const holdings = await findHostHoldings(db(), hosts[1] ?? '')
    expect(holdings).toMatchObject([{ kind: 'machine', count: 1 }])
    await db().operation.update({ where: { id: operationId }, data: { status: 'failed', endedAt: new Date() } })
    expect(await findHostHoldings(db(), hosts[1] ?? '')).toEqual([])
  })

  it('is tried again by administrators, with the rules as they are now', async () => {
    const operationId = await move(0, 1)
    await db().operation.update({ where: { id: operationId }, data: { status: 'failed', endedAt: new Date() } })
    expect(await caught(world.as(world.ada).operation.retry({ operationId }))).toMatchObject({
      code: 'PERMISSION_DENIED',
    })
    await db().host.update({ where: { id: hosts[1] ?? '' }, data: { isInMaintenance: true } })
    expect(await caught(admin().operation.retry({ operationId }))).toMatchObject({ code: 'HOST_UNFIT' })
    await db().host.updateMany({ data: { isInMaintenance: false } })
    const again = await admin().operation.retry({ operationId })
    expect(await admin().operation.get({ operationId: again.operationId })).toMatchObject({ retryOfId: operationId })
    expect((await admin().operation.move({ operationId: again.operationId })).target.name).toBe('host-b')
  })

  it('is not what another task is', async () => {
    const vmId = await addOn(0)
    const { operationId } = await admin().vm.pause({ vmId })
    expect(await caught(admin().operation.move({ operationId }))).toMatchObject({ code: 'OBJECT_NOT_FOUND' })
  })
})

describe('a disk that only its host sees', () => {
  const addLocal = () =>
    addRunningVm(db(), { name: `local-${++count}`, ownerId: world.ada.userId, hostId: hosts[0] ?? '', pool: 'default' })
  const volumeOf = async (vmId: string) =>
    volumeIdSchema.parse((await db().volume.findFirstOrThrow({ where: { vmId } })).id)
  const argsOf = async (id: string) =>
    operationArgsSchemas['vm.migrate'].parse((await db().operation.findUniqueOrThrow({ where: { id } })).args)
  const free = (hostId: string, name: string, freeBytes: number) =>
    db().pool.updateMany({ where: { hostId, name }, data: { freeBytes: BigInt(freeBytes) } })

  it('travels into the pool of its name, which the answer shows and the task keeps', async () => {
    const vmId = await addLocal()
    const { hosts: judged } = await admin().vm.moveTargets({ vmId })
    const target = judged.find(({ name }) => name === 'host-b')
    expect(target?.disks).toMatchObject([
      { kind: 'travels', number: 1, pool: 'default', targetPool: 'default', needBytes: GiB, isFlattened: false },
    ])
    const { operationId } = await admin().vm.migrate({ vmId, targetHostId: hosts[1] ?? '' })
    const volumeId = await volumeOf(vmId)
    expect((await argsOf(operationId)).disks).toEqual([
      {
        ...{ volumeId, number: 1, fromPool: 'default', pool: 'default', format: 'qcow2', sizeBytes: GiB },
        ...{ base: { kind: 'none' }, needBytes: GiB },
      },
    ])
  })

  it('travels into the pool that was asked for, which must have room', async () => {
    const vmId = await addLocal()
    const targetHostId = hosts[1] ?? ''
    const disks = [{ volumeId: await volumeOf(vmId), pool: 'fast' }]
    await free(targetHostId, 'fast', GiB / 2)
    expect(await caught(admin().vm.migrate({ vmId, targetHostId, disks }))).toMatchObject({
      code: 'HOST_UNFIT',
      message: 'Not to host-b: Disk 1 (1 GiB) does not fit there: "fast": 1 GiB needed, 512 MiB free.',
    })
    await free(targetHostId, 'fast', GiB)
    const { operationId } = await admin().vm.migrate({ vmId, targetHostId, disks })
    expect((await argsOf(operationId)).disks).toMatchObject([{ pool: 'fast' }])
    expect(await caught(admin().vm.migrate({ vmId: await addLocal(), targetHostId: null, disks }))).toMatchObject({
      code: 'INPUT_INVALID',
    })
  })

  it('takes its room on its way', async () => {
    const targetHostId = hosts[1] ?? ''
    await free(targetHostId, 'default', 1.5 * GiB)
    const first = await addLocal()
    await admin().vm.migrate({ vmId: first, targetHostId })
    const { hosts: judged } = await admin().vm.moveTargets({ vmId: await addLocal() })
    const plan = judged.find(({ hostId }) => hostId === targetHostId)?.disks[0]
    expect(plan).toMatchObject({ kind: 'travels', targetPool: 'fast' })
    const byName = plan?.kind === 'travels' ? plan.choices.map(({ pool, refusal }) => [pool, refusal]) : []
    expect(Object.fromEntries(byName)).toEqual({ default: '1 GiB needed, 512 MiB free', fast: null })
  })
})

describe('limits', () => {
  it('let two leave a host; the third waits, says for what, and begins when one has ended', async () => {
    const [first, second, third] = [await move(0, 1), await move(0, 2), await move(0, 3)]
    const held = await claim(first)
    expect(await claim(second)).not.toBeNull()
    expect(await claim(third)).toBeNull()
    expect(await admin().operation.get({ operationId: third })).toMatchObject({ status: 'queued', startedAt: null })
    expect(await textOf(third)).toBe('Waits: 2 moves leave host-a, at most 2 may at once.')
    await db().$executeRaw`DELETE FROM graphile_worker._private_jobs`
    await endOperation(db(), held ?? expect.fail(), { status: 'succeeded', error: null })
    const jobs = await db().$queryRaw<{ key: string }[]>`SELECT key FROM graphile_worker._private_jobs`
    expect(jobs).toEqual([{ key: `operation:${third}` }])
    expect(await claim(third)).toMatchObject({ kind: 'vm.migrate' })
  })

  it('let two come to a host, and five go in the fleet, however many panels ask at once', async () => {
    const moves = [await move(0, 6), await move(1, 6), await move(2, 6)]
    const claims = await Promise.all(moves.map(claim))
    expect(claims.filter((each) => each !== null)).toHaveLength(2)
    const others = [await move(0, 1), await move(1, 2), await move(2, 3), await move(3, 4), await move(4, 5)]
    const more = await Promise.all(others.map(claim))
    expect(more.filter((each) => each !== null)).toHaveLength(3)
    const waiting = await db().operation.findMany({ where: { status: 'queued' }, select: { progressText: true } })
    expect(waiting.map(({ progressText }) => progressText?.slice(0, 6))).toEqual(['Waits:', 'Waits:', 'Waits:'])
  })

  it('do not hold the one that was claimed before, nor one that is cancelled while it waits', async () => {
    const [first, second, third] = [await move(0, 1), await move(0, 2), await move(0, 3)]
    await claim(first)
    await claim(second)
    await claim(third)
    await db().$executeRaw`UPDATE operation SET lease_until = now() - interval '1 second' WHERE id = ${first}::uuid`
    expect(await claim(first)).toMatchObject({ epoch: 2 })
    await db().$executeRaw`DELETE FROM graphile_worker._private_jobs`
    await admin().operation.cancel({ operationId: third })
    const jobs = await db().$queryRaw<{ key: string }[]>`SELECT key FROM graphile_worker._private_jobs`
    expect(jobs).toEqual([{ key: `operation:${third}` }])
    expect(await claim(third)).toMatchObject({ isCancelRequested: true })
  })

  it('are looked at again by the sweep, which queues nothing that has to wait', async () => {
    const [first, second, third] = [await move(0, 1), await move(0, 2), await move(0, 3)]
    await claim(first)
    await db().$executeRaw`DELETE FROM graphile_worker._private_jobs`
    await db().$executeRaw`UPDATE operation SET created_at = created_at - interval '1 minute'`
    expect(await requeueForsaken(db())).toEqual([])
    const jobs = await db().$queryRaw<{ key: string }[]>`SELECT key FROM graphile_worker._private_jobs`
    expect(jobs).toEqual([{ key: `operation:${second}` }])
    expect(await textOf(third)).toMatch(/^Waits: 2 moves leave host-a/)
  })
})
