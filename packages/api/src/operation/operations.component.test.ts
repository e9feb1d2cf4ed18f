import { describe, expect, it, vi } from 'vitest'
import { AppError } from '@berth/core/errors/app-error'
import { WorkAbandoned } from '@berth/core/workflow/step'
import { startOperationWorker } from '../background/operation-worker.ts'
import { makeSighting } from '../workflows/testing/fake-host.ts'
import { appendJournal, claimOperation, endOperation, requeueForsaken } from './operation-lease-repo.ts'
import { makeOperationWorld, type OperationWorld } from './testing/operation-world.ts'

const start = (world: OperationWorld, vmId: string, kind: 'vm.start' | 'vm.stop' | 'vm.delete' = 'vm.start') =>
  world.operations.startAs({
    kind,
    args: { vmId },
    target: { vmId, name: 'web-1' },
    actor: world.actor,
    request: { vmId },
  })

const create = (world: OperationWorld, vmId: string) =>
  world.operations.startAs({
    kind: 'vm.create',
    args: { vmId, start: true },
    target: { vmId, name: 'web-1' },
    actor: world.actor,
    request: { vmId },
  })

const viewOf = (world: OperationWorld, operationId: string) => world.operations.get(operationId, null)

/** As when its worker has been silent for longer than a lease. */
const expireLease = (world: OperationWorld, id: string) =>
  world.db.$executeRaw`UPDATE operation SET lease_until = now() - interval '1 second' WHERE id = ${id}::uuid`

describe('the life of an operation', () => {
  it('creates, starts, stops and deletes a machine from the queue to the host', async () => {
    await using world = await makeOperationWorld()
    await using _worker = await startOperationWorker({ ...world, owner: 'panel-1' })
    const vmId = await world.addVm({ lifecycle: 'creating' })
    const ended = async (operationId: string) =>
      vi.waitFor(async () => expect((await viewOf(world, operationId)).status).toBe('succeeded'), 10_000)

    const created = await create(world, vmId)
    await ended(created.operationId)
    expect(world.host.vms.get(vmId)).toMatchObject({ isOn: true, starts: 1 })
    expect(world.host.log).toEqual(['volume.create', 'vm.define', 'vm.start'])
    const view = await viewOf(world, created.operationId)
    expect(view).toMatchObject({ title: 'Create web-1', progress: 1, isCancellable: false, error: null })
    expect(view.steps.map(({ name, status, attempt }) => `${name} ${status} ${attempt}`)).toEqual([
      'reserve succeeded 1',
      'image skipped 0',
      'volumes succeeded 1',
      'define succeeded 1',
      'start succeeded 1',
      'publish succeeded 1',
    ])
    expect(await world.db.vm.findUnique({ where: { id: vmId } })).toMatchObject({
      lifecycle: 'present',
      desiredPower: 'on',
    })

    await ended((await start(world, vmId, 'vm.stop')).operationId)
    expect(world.host.vms.get(vmId)?.isOn).toBe(false)
    await ended((await start(world, vmId)).operationId)
    expect(world.host.vms.get(vmId)).toMatchObject({ isOn: true, starts: 2 })
    await ended((await start(world, vmId, 'vm.delete')).operationId)
    expect([...world.host.vms.keys(), ...world.host.volumes.keys()]).toEqual([])
    expect((await world.db.vm.findUnique({ where: { id: vmId } }))?.deletedAt).not.toBeNull()
  })

  it('does not end before the machine’s row says what its host said at the end', async () => {
    await using world = await makeOperationWorld()
    const vmId = await world.addVm()
    world.host.sighting = makeSighting(vmId)
    const { operationId } = await start(world, vmId)
    await world.newHolder('panel-1').hold(operationId)
    expect((await viewOf(world, operationId)).status).toBe('succeeded')
    const row = await world.db.vmObserved.findUnique({ where: { vmId } })
    expect(row).toMatchObject({ state: 'running', generation: 7, hostId: world.host.hostId, bootId: 'boot-1' })
  })

  it('undoes a creation whose host has no room, and says so', async () => {
    await using world = await makeOperationWorld()
    world.host.onCommand = ({ kind }) => {
      if (kind === 'vm.define') throw new AppError('POOL_FULL', 'Only 3 MiB are free.')
    }
    const vmId = await world.addVm({ lifecycle: 'creating' })
    const { operationId } = await create(world, vmId)
    await world.newHolder('panel-1').hold(operationId)
    const view = await viewOf(world, operationId)
    expect(view).toMatchObject({ status: 'failed', error: { code: 'POOL_FULL', message: 'Only 3 MiB are free.' } })
    expect(view.steps.map((step) => step.status)).toEqual([
      'undone',
      'skipped',
      'undone',
      'undone',
      'skipped',
      'skipped',
    ])
    expect([...world.host.vms.keys(), ...world.host.volumes.keys()]).toEqual([])
    expect(await world.db.vm.count({ where: { deletedAt: null } })).toBe(0)
  })

  it('cancels a queued operation by undoing what its acceptance wrote', async () => {
    await using world = await makeOperationWorld()
    const vmId = await world.addVm({ lifecycle: 'creating' })
    const { operationId } = await create(world, vmId)
    await world.operations.cancel(operationId, null)
    await world.newHolder('panel-1').hold(operationId)
    expect(await viewOf(world, operationId)).toMatchObject({ status: 'cancelled' })
    expect(world.host.log).toEqual([])
    expect(await world.db.vm.count({ where: { deletedAt: null } })).toBe(0)
    await expect(world.operations.cancel(operationId, null)).rejects.toMatchObject({
      code: 'OPERATION_NOT_CANCELLABLE',
    })
  })
})

describe('accepting', () => {
  it('lets one of 20 parallel requests have the machine and names it to the others', async () => {
    await using world = await makeOperationWorld()
    const vmId = await world.addVm()
    const answers = await Promise.allSettled(Array.from({ length: 20 }, () => start(world, vmId)))
    const won = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value.operationId] : []))
    expect(won).toHaveLength(1)
    const lost = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : []))
    for (const error of lost) {
      expect(error).toMatchObject({
        code: 'VM_BUSY',
        message: 'Busy: Start web-1.',
        details: { operationId: won[0] },
      })
    }
    expect(await world.db.operation.count()).toBe(1)
  })

  it('answers a repeated key with the first operation, also from 10 at once, and refuses another request', async () => {
    await using world = await makeOperationWorld()
    const vmId = await world.addVm()
    let accepted = 0
    const ask = (request: unknown) =>
      world.operations.startAs({
        kind: 'vm.start',
        args: { vmId },
        target: { vmId, name: 'web-1' },
        actor: world.actor,
        idempotencyKey: 'key-1',
        request,
        accept: async (tx) => {
          await tx.vm.update({ where: { id: vmId }, data: { description: { set: `${++accepted}` } } })
        },
      })
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask({ vmId, a: 1, b: 2 })))
    expect(new Set(answers.map((answer) => answer.operationId)).size).toBe(1)
    expect(await ask({ b: 2, a: 1, vmId })).toEqual(answers[0])
    await expect(ask({ vmId, a: 2 })).rejects.toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' })
    expect(await world.db.operation.count()).toBe(1)
  })

  it('writes nothing of an operation whose acceptance fails', async () => {
    await using world = await makeOperationWorld()
    const vmId = await world.addVm()
    const refused = world.operations.startAs({
      kind: 'vm.start',
      args: { vmId },
      target: { vmId, name: 'web-1' },
      actor: world.actor,
      request: {},
      accept: async (tx) => {
        await tx.vm.update({ where: { id: vmId }, data: { description: 'half' } })
        throw new AppError('HOST_CAPACITY', 'No room.')
      },
    })
    await expect(refused).rejects.toMatchObject({ code: 'HOST_CAPACITY' })
    expect((await world.db.vm.findUnique({ where: { id: vmId } }))?.description).toBe('')
    expect(await world.db.operation.count()).toBe(0)
    expect(await world.db.event.count()).toBe(0)
  })
})

describe('leases', () => {
  it('has another worker resume what a killed one left in the middle of a step', async () => {
    await using world = await makeOperationWorld()
    const vmId = await world.addVm({ lifecycle: 'creating' })
    const reached = Promise.withResolvers<void>()
    const blocked = Promise.withResolvers<void>()
    world.host.onCommand = async ({ kind }) => {
      if (kind !== 'vm.define') return
      reached.resolve()
      await blocked.promise
    }
    const { operationId } = await create(world, vmId)
    const first = world.newHolder('panel-1')
    const dying = first.hold(operationId)
    await reached.promise
    first.drop()
    await dying
    expect(await viewOf(world, operationId)).toMatchObject({ status: 'running', phase: 'Hand the machine to its host' })

    const second = world.newHolder('panel-2')
    await second.hold(operationId)
    expect((await viewOf(world, operationId)).status).toBe('running') // still the dead one's
    await expireLease(world, operationId)
    expect(await requeueForsaken(world.db)).toEqual([operationId])
    const resumed = second.hold(operationId)
    blocked.resolve()
    await resumed
    const view = await viewOf(world, operationId)
    expect(view.status).toBe('succeeded')
    expect(view.steps.map((step) => step.attempt)).toEqual([1, 0, 1, 1, 1, 1])
    expect(world.host.log).toEqual(['volume.create', 'vm.define', 'vm.start'])
  })

  it('lets a worker with an old epoch write nothing', async () => {
    await using world = await makeOperationWorld()
    const { operationId } = await start(world, await world.addVm())
    const old = await claimOperation(world.db, operationId, 'panel-1')
    await expireLease(world, operationId)
    const current = await claimOperation(world.db, operationId, 'panel-2')
    expect([old?.epoch, current?.epoch]).toEqual([1, 2])
    const lease = { operationId, epoch: 1 }
    const entry = { step: 'start', attempt: 1, event: 'doStarted', data: null, at: '' } as const
    const write = { entries: [entry], phase: 'late', progress: null, isCancellable: true }
    const before = await world.db.operation.findUnique({ where: { id: operationId } })
    await expect(appendJournal(world.db, lease, write)).rejects.toThrow(WorkAbandoned)
    await expect(endOperation(world.db, lease, { status: 'succeeded', error: null })).rejects.toThrow(WorkAbandoned)
    expect(await world.db.operation.findUnique({ where: { id: operationId } })).toEqual(before)
    expect(await world.db.operationEvent.count()).toBe(0)
  })

  it('gives each of 30 operations to one of two workers, once', async () => {
    await using world = await makeOperationWorld()
    const vmIds = await Promise.all(Array.from({ length: 30 }, (_, index) => world.addVm({ name: `web-${index}` })))
    await using _one = await startOperationWorker({ ...world, owner: 'panel-1', concurrency: 4 })
    await using _two = await startOperationWorker({ ...world, owner: 'panel-2', concurrency: 4 })
    await Promise.all(vmIds.map((vmId) => start(world, vmId)))
    await vi.waitFor(async () => {
      expect(await world.db.operation.count({ where: { status: 'succeeded' } })).toBe(30)
    }, 20_000)
    expect(world.host.log.filter((kind) => kind === 'vm.start')).toHaveLength(30)
    expect(await world.db.operation.count({ where: { epoch: 1 } })).toBe(30)
  })

  it('hands over at once when a panel stops', async () => {
    await using world = await makeOperationWorld()
    const vmId = await world.addVm()
    const reached = Promise.withResolvers<void>()
    const blocked = Promise.withResolvers<void>()
    world.host.onCommand = async () => {
      reached.resolve()
      await blocked.promise
    }
    const { operationId } = await start(world, vmId)
    const first = world.newHolder('panel-1')
    const held = first.hold(operationId)
    await reached.promise
    await first.stop()
    await held
    blocked.resolve()
    await world.newHolder('panel-2').hold(operationId)
    expect((await viewOf(world, operationId)).status).toBe('succeeded')
    expect(world.host.vms.get(vmId)?.starts).toBe(1)
  })

  it('survives the loss of every database connection in the middle of a step', async () => {
    await using world = await makeOperationWorld()
    const vmId = await world.addVm({ lifecycle: 'creating' })
    world.host.onCommand = async ({ kind }) => {
      if (kind !== 'vm.define') return
      await world.db.$executeRaw`
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()`
    }
    await using _worker = await startOperationWorker({ ...world, owner: 'panel-1' })
    const { operationId } = await create(world, vmId)
    await vi.waitFor(async () => expect((await viewOf(world, operationId)).status).toBe('succeeded'), 20_000)
    expect(world.host.vms.get(vmId)?.starts).toBe(1)
    const next = await start(world, vmId, 'vm.stop')
    await vi.waitFor(async () => expect((await viewOf(world, next.operationId)).status).toBe('succeeded'), 20_000)
  })
})
