/** Emptying a host over real rows and a real queue: who may, what begins, what is refused, and the way back. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { TRPCError } from '@trpc/server'
import { AppError } from '@berth/core/errors/app-error'
import { addMoveHosts, addRunningVm } from '../migration/testing/move-fleet-repo.ts'
import { claimOperation, endOperation } from '../operation/operation-lease-repo.ts'
import { openTestPanel, type TestPanel } from '../testing/open-test-panel.ts'
import { hostDrain } from '../workflows/host-drain.ts'
import type { WorkflowContext } from '../workflows/ports.ts'
import { MemoryImages, MemoryMoves, MemoryPools, MemoryVms } from '../workflows/testing/memory-records.ts'
import { FakeHost } from '../workflows/testing/fake-host.ts'
import { PanelDrainRecords } from './panel-drain-records.ts'

let world: TestPanel
let hosts: string[] = []
beforeAll(async () => {
  world = await openTestPanel()
})
afterAll(() => world[Symbol.asyncDispose]())

beforeEach(async () => {
  await db().operation.deleteMany()
  await db().volume.deleteMany()
  await db().vm.deleteMany()
  await db().host.deleteMany()
  hosts = await addMoveHosts(db(), ['host-a', 'host-b', 'host-c'])
})

const db = () => world.process.panel.db
const admin = () => world.as(world.admin)
const hostId = () => hosts[0] ?? ''
const addOn = (name: string, pool?: string) =>
  addRunningVm(db(), { name, ownerId: world.ada.userId, hostId: hostId(), ...(pool === undefined ? {} : { pool }) })

async function codeOf(call: Promise<unknown>): Promise<string | undefined> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  const cause = error instanceof TRPCError ? error.cause : error
  return cause instanceof AppError ? cause.code : undefined
}

/** The step that empties, as a worker would run it; its tasks are ended by `tend`, which stands for the hosts. */
async function empty(operationId: string, tend: () => Promise<void>, cancelled = new AbortController().signal) {
  const drains = new PanelDrainRecords(db())
  drains.serve(world.process.panel)
  drains.pause = tend
  const context: WorkflowContext = {
    ...{ link: () => new FakeHost(), vms: new MemoryVms(), images: new MemoryImages(), pools: new MemoryPools() },
    ...{ moves: new MemoryMoves(), drains },
  }
  const signal = new AbortController().signal
  const run = {
    operationId,
    step: 'empty',
    attempt: 1,
    epoch: 1,
    signal,
    cancelled,
    because: null,
    progress: () => undefined,
  }
  for (const step of hostDrain.steps) await step.do(context, { hostId: hostId() }, run)
}

/** Ends each task that is there as `outcome` says, and takes along the machine of one that succeeded. */
const tasksEnd = (outcome: (name: string, target: string) => string | null) => async () => {
  const open = await db().operation.findMany({
    where: { status: 'queued', kind: { in: ['vm.migrate', 'vm.shutdown'] } },
  })
  for (const { id, vmId, kind, targetName } of open) {
    const claim = await claimOperation(db(), id, 'panel-1')
    if (claim === null) continue
    const move = await db().move.findUnique({ where: { operationId: id } })
    const why = outcome(targetName, move?.targetName ?? '')
    const error = why === null ? null : new AppError('HOST_UNREACHABLE', why).toWire()
    await endOperation(db(), claim, { status: why === null ? 'succeeded' : 'failed', error })
    if (why !== null || vmId === null) continue
    if (kind === 'vm.migrate') await db().vm.update({ where: { id: vmId }, data: { hostId: move?.targetHostId ?? '' } })
    else await db().vmObserved.update({ where: { vmId }, data: { state: 'stopped', generation: { increment: 1 } } })
  }
}

const itemsOf = async () => {
  const drain = await admin().maintenance.get({ hostId: hostId() })
  return drain?.items.map(({ name, state, target }) => `${name} ${state} ${target?.name ?? '-'}`)
}

describe('a host in maintenance', () => {
  it('is for administrators, closes at once, and is emptied by one task at a time', async () => {
    await addOn('web-1')
    expect(await codeOf(world.as(world.ada).maintenance.start({ hostId: hostId() }))).toBe('PERMISSION_DENIED')
    const { plan } = await admin().maintenance.plan({ hostId: hostId() })
    expect(plan.machines).toMatchObject([{ name: 'web-1', kind: 'moves', order: 1, target: { name: 'host-b' } }])
    const { operationId } = await admin().maintenance.start({ hostId: hostId() })
    expect(await admin().operation.get({ operationId })).toMatchObject({ kind: 'host.drain', title: 'Empty host-a' })
    expect((await admin().host.get({ hostId: hostId() })).isInMaintenance).toBe(true)
    expect(await codeOf(admin().maintenance.start({ hostId: hostId() }))).toBe('HOST_DRAINING')
    expect(await codeOf(admin().maintenance.leave({ hostId: hostId() }))).toBe('HOST_DRAINING')
    const { items } = await admin().audit.list({})
    const accepted = items.find(({ procedure, outcome }) => procedure === 'maintenance.start' && outcome === 'ok')
    expect(accepted).toMatchObject({ operationId, target: { kind: 'host', name: 'host-a' } })
  })

  it('loses its machines, and is open again by one call', async () => {
    for (const name of ['web-1', 'web-2', 'web-3']) await addOn(name)
    const { operationId } = await admin().maintenance.start({ hostId: hostId() })
    await empty(
      operationId,
      tasksEnd(() => null),
    )
    expect(await itemsOf()).toEqual(['web-1 moved host-b', 'web-2 moved host-c', 'web-3 moved host-b'])
    expect(await db().vm.count({ where: { hostId: hostId() } })).toBe(0)
    await db().operation.update({ where: { id: operationId }, data: { status: 'succeeded', endedAt: new Date() } })
    await admin().maintenance.leave({ hostId: hostId() })
    expect((await admin().host.get({ hostId: hostId() })).isInMaintenance).toBe(false)
  })

  it('goes around a bad machine and a bad target, and names who stays', async () => {
    for (const name of ['bad', 'web-1', 'web-2']) await addOn(name)
    const { operationId } = await admin().maintenance.start({ hostId: hostId() })
    const tend = tasksEnd((name, target) => (name === 'bad' || target === 'host-b' ? `${target} failed.` : null))
    expect(await codeOf(empty(operationId, tend))).toBe('HOST_NOT_EMPTY')
    expect(await itemsOf()).toEqual(['bad left -', 'web-1 moved host-c', 'web-2 moved host-c'])
    const reason = (await admin().maintenance.get({ hostId: hostId() }))?.items[0]?.reason
    expect(reason).toMatch(/failed\. Every other host: It was tried there, in vain\./)
  })

  it('shuts down what was chosen, and starts it again with the way back', async () => {
    const vmId = await addOn('local', 'default')
    const skipped = await addOn('stays')
    const choices = [
      { vmId, choice: 'shutdown' as const },
      { vmId: skipped, choice: 'skip' as const },
    ]
    const { operationId } = await admin().maintenance.start({ hostId: hostId(), choices })
    await empty(
      operationId,
      tasksEnd(() => null),
    )
    expect(await itemsOf()).toEqual(['local shutDown -', 'stays left -'])
    await db().operation.update({ where: { id: operationId }, data: { status: 'succeeded', endedAt: new Date() } })
    expect(await admin().maintenance.leave({ hostId: hostId() })).toMatchObject({ started: ['local'], refused: [] })
    expect(await itemsOf()).toEqual(['local restarted -', 'stays left -'])
    expect(await db().operation.count({ where: { kind: 'vm.start', vmId } })).toBe(1)
  })

  it('comes back though a machine does not start again, and names it', async () => {
    const vmId = await addOn('local', 'default')
    const choices = [{ vmId, choice: 'shutdown' as const }]
    const { operationId } = await admin().maintenance.start({ hostId: hostId(), choices })
    await empty(
      operationId,
      tasksEnd(() => null),
    )
    await db().operation.update({ where: { id: operationId }, data: { status: 'succeeded', endedAt: new Date() } })
    await db().host.update({ where: { id: hostId() }, data: { state: 'offline' } })
    const { started, refused } = await admin().maintenance.leave({ hostId: hostId() })
    expect(started).toEqual([])
    expect(refused).toEqual([{ name: 'local', why: expect.stringMatching(/offline|unknown|does not answer/) }])
    expect((await admin().host.get({ hostId: hostId() })).isInMaintenance).toBe(false)
  })

  it('begins nothing while it is paused, and stops when it is told to', async () => {
    await addOn('web-1')
    const { operationId } = await admin().maintenance.start({ hostId: hostId() })
    await admin().maintenance.pause({ hostId: hostId() })
    const stop = new AbortController()
    const tend = async (): Promise<void> => {
      expect(await db().operation.count({ where: { kind: 'vm.migrate' } })).toBe(0)
      stop.abort()
    }
    expect(await codeOf(empty(operationId, tend, stop.signal))).toBe('OPERATION_CANCELLED')
    expect(await itemsOf()).toEqual(['web-1 left -'])
    await db().operation.update({ where: { id: operationId }, data: { status: 'cancelled', endedAt: new Date() } })
    expect(await codeOf(admin().maintenance.resume({ hostId: hostId() }))).toBe('OPERATION_NOT_FOUND')
  })

  it('plans for machines that were ticked, wherever they are', async () => {
    const vmIds = [await addOn('web-1'), await addOn('web-2')]
    const plan = await admin().maintenance.planMoves({ vmIds })
    expect(plan.machines.map(({ name, kind }) => [name, kind])).toEqual([
      ['web-1', 'moves'],
      ['web-2', 'moves'],
    ])
    expect(plan.hosts.map(({ name, change }) => [name, change])).toEqual([
      ['host-a', -2],
      ['host-b', 1],
      ['host-c', 1],
    ])
  })
})
