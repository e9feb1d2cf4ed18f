/** Each rule that the migrations promise beyond what schema.prisma says, provoked on a real server. */
import { describe, expect, test } from 'vitest'
import { hostStateSchema } from '@berth/core/host/host'
import { imagePlaceStates, imageStateSchema } from '@berth/core/image/image'
import { isOperationEnded } from '@berth/core/operation/operation-ended'
import { operationStatuses } from '@berth/core/operation/operation'
import { drainChoiceSchema, drainItemStateSchema } from '@berth/core/maintenance/drain'
import { networkViewSchema } from '@berth/core/network/network'
import { diskFormatSchema } from '@berth/core/storage/volume'
import { heldVmStates } from '@berth/core/vm/vm-state'
import { desiredPowerSchema } from '@berth/core/vm/vm-spec'
import { Prisma, type PrismaClient } from './client.ts'
import { violatedUniqueIndex } from './database-errors.ts'
import { createTestDatabase } from './test-database.ts'
import { createOperation, createVm, createWorld } from './testing/fixtures.ts'

async function caught(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  )
}

/** The values that a CHECK of the form "column IN (…)" allows, as the server itself states them. */
async function allowedValues(prisma: PrismaClient, constraint: string): Promise<string[]> {
  const rows = await prisma.$queryRaw<{ definition: string }[]>`
    SELECT pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE conname = ${constraint}`
  return [...(rows[0]?.definition ?? '').matchAll(/'([^']+)'/g)].map((match) => match[1] ?? '').sort()
}

test('the closed lists are the ones of core', async () => {
  await using db = await createTestDatabase()
  const lists: Record<string, readonly string[]> = {
    host_state_check: hostStateSchema.options,
    image_state_check: imageStateSchema.options,
    image_replica_state_check: imagePlaceStates,
    image_format_check: diskFormatSchema.options,
    volume_format_check: diskFormatSchema.options,
    network_kind_check: networkViewSchema.shape.kind.options,
    vm_observed_state_check: heldVmStates,
    vm_desired_power_check: desiredPowerSchema.options,
    operation_status_check: operationStatuses,
    operation_ended_check: operationStatuses.filter(isOperationEnded),
    drain_item_choice_check: drainChoiceSchema.options,
    drain_item_state_check: drainItemStateSchema.options,
  }
  for (const [constraint, values] of Object.entries(lists)) {
    expect(await allowedValues(db.prisma, constraint), constraint).toEqual([...values].sort())
  }
})

test('a value outside a closed list is refused', async () => {
  await using db = await createTestDatabase()
  const { user, vm } = await createWorld(db.prisma)
  await expect(createVm(db.prisma, { ownerId: user.id, desiredPower: 'maybe' })).rejects.toThrow(
    'vm_desired_power_check',
  )
  await expect(createVm(db.prisma, { ownerId: user.id, lifecycle: 'gone' })).rejects.toThrow('vm_lifecycle_check')
  await expect(createOperation(db.prisma, { vmId: vm.id, status: 'stuck' })).rejects.toThrow('operation_status_check')
  await expect(createOperation(db.prisma, { progress: 1.5 })).rejects.toThrow('operation_progress_check')
  const admin = { name: 'Eve', email: 'eve@example.test', role: 'root' }
  await expect(db.prisma.user.create({ data: admin })).rejects.toThrow('user_role_check')
})

describe('names', () => {
  test('two living machines cannot share a name, a deleted one gives it back', async () => {
    await using db = await createTestDatabase()
    const { user } = await createWorld(db.prisma)
    const first = await createVm(db.prisma, { ownerId: user.id, name: 'web-1' })
    const error = await caught(createVm(db.prisma, { ownerId: user.id, name: 'web-1' }))
    expect(violatedUniqueIndex(error)).toBe('vm_name_key')
    await db.prisma.vm.update({ where: { id: first.id }, data: { deletedAt: new Date() } })
    const second = await createVm(db.prisma, { ownerId: user.id, name: 'web-1' })
    await db.prisma.vm.update({ where: { id: second.id }, data: { deletedAt: new Date() } })
    expect(await db.prisma.vm.count({ where: { name: 'web-1' } })).toBe(2)
  })
})

describe('operations', () => {
  test('at most one of a machine is queued, running or cancelling', async () => {
    await using db = await createTestDatabase()
    const { vm } = await createWorld(db.prisma)
    const attempts = await Promise.allSettled(
      Array.from({ length: 5 }, () => createOperation(db.prisma, { vmId: vm.id })),
    )
    const refused = attempts.filter((attempt) => attempt.status === 'rejected')
    expect(refused.map((attempt) => violatedUniqueIndex(attempt.reason))).toEqual(Array(4).fill('operation_one_per_vm'))

    for (const status of ['running', 'cancelling']) {
      await db.prisma.operation.updateMany({ where: { vmId: vm.id }, data: { status } })
      expect(violatedUniqueIndex(await caught(createOperation(db.prisma, { vmId: vm.id })))).toBe(
        'operation_one_per_vm',
      )
    }
    await db.prisma.operation.updateMany({ where: { vmId: vm.id }, data: { status: 'succeeded', endedAt: new Date() } })
    await createOperation(db.prisma, { vmId: vm.id })
  })

  test('those without a machine run beside each other', async () => {
    await using db = await createTestDatabase()
    await createOperation(db.prisma, { kind: 'image.import' })
    await createOperation(db.prisma, { kind: 'image.import' })
    expect(await db.prisma.operation.count()).toBe(2)
  })

  test('an end time and a final status come together', async () => {
    await using db = await createTestDatabase()
    await expect(createOperation(db.prisma, { status: 'failed' })).rejects.toThrow('operation_ended_check')
    await expect(createOperation(db.prisma, { endedAt: new Date() })).rejects.toThrow('operation_ended_check')
  })

  test('a lease has an owner and an end, or neither', async () => {
    await using db = await createTestDatabase()
    await expect(createOperation(db.prisma, { leaseOwner: 'panel-1' })).rejects.toThrow('operation_lease_check')
    await createOperation(db.prisma, { leaseOwner: 'panel-1', leaseUntil: new Date() })
  })

  test("an idempotency key is one actor's, and is kept with its request's hash", async () => {
    await using db = await createTestDatabase()
    const key = { idempotencyKey: 'k1', requestHash: 'h1' }
    await createOperation(db.prisma, { ...key, actorKey: 'user:a' })
    await createOperation(db.prisma, { ...key, actorKey: 'user:b' })
    const error = await caught(createOperation(db.prisma, { ...key, actorKey: 'user:a' }))
    expect(violatedUniqueIndex(error)).toBe('operation_actor_key_idempotency_key_key')
    await expect(createOperation(db.prisma, { idempotencyKey: 'k2' })).rejects.toThrow('operation_idempotency_check')
  })

  test('a step event is written once per attempt', async () => {
    await using db = await createTestDatabase()
    const { id: operationId } = await createOperation(db.prisma, {})
    const event = { operationId, step: 'disk', attempt: 1, event: 'started', epoch: 1 }
    await db.prisma.operationEvent.create({ data: event })
    const error = await caught(db.prisma.operationEvent.create({ data: event }))
    expect(violatedUniqueIndex(error)).toBe('operation_event_operation_id_step_attempt_event_key')
    await db.prisma.operationEvent.create({ data: { ...event, attempt: 2 } })
  })
})

describe('observations', () => {
  const report = (epoch: number, generation: number, state: string) => ({
    epoch,
    generation,
    state,
    stateSince: new Date(),
    observed: {},
    bootId: 'boot-1',
  })

  test('a lower epoch or generation changes nothing, an equal or higher one does', async () => {
    await using db = await createTestDatabase()
    const { host, vm } = await createWorld(db.prisma)
    const where = { vmId: vm.id }
    await db.prisma.vmObserved.create({ data: { ...where, hostId: host.id, ...report(2, 5, 'running') } })
    const put = async (epoch: number, generation: number, state: string): Promise<number> =>
      (await db.prisma.vmObserved.updateMany({ where, data: report(epoch, generation, state) })).count
    expect(await put(2, 4, 'paused')).toBe(0)
    expect(await put(1, 99, 'crashed')).toBe(0)
    expect(await db.prisma.vmObserved.findUnique({ where })).toMatchObject({
      epoch: 2,
      generation: 5,
      state: 'running',
    })
    expect(await put(2, 5, 'running')).toBe(1)
    expect(await put(2, 6, 'paused')).toBe(1)
    expect(await put(3, 0, 'running')).toBe(1)
    expect(await db.prisma.vmObserved.findUnique({ where })).toMatchObject({
      epoch: 3,
      generation: 0,
      state: 'running',
    })
  })

  test('of many reports at once, the newest is what remains', async () => {
    await using db = await createTestDatabase()
    const { host, vm } = await createWorld(db.prisma)
    const put = (generation: number) => db.prisma.$executeRaw`
      INSERT INTO vm_observed (vm_id, host_id, epoch, generation, state, state_since, observed, boot_id)
      VALUES (${vm.id}::uuid, ${host.id}::uuid, 1, ${generation}, 'running', now(), '{}', 'boot-1')
      ON CONFLICT (vm_id) DO UPDATE SET generation = excluded.generation`
    await Promise.all([7, 2, 9, 4, 1, 8, 3].map(put))
    expect(await db.prisma.vmObserved.findUnique({ where: { vmId: vm.id } })).toMatchObject({ generation: 9 })
  })
})

describe('disks and images', () => {
  test('the format of a volume is fixed, its size is not', async () => {
    await using db = await createTestDatabase()
    const data = { pool: 'default', format: 'qcow2', sizeBytes: 10n }
    const { id } = await db.prisma.volume.create({ data })
    await db.prisma.volume.update({ where: { id }, data: { sizeBytes: 20n } })
    await expect(db.prisma.volume.update({ where: { id }, data: { format: 'raw' } })).rejects.toThrow('is fixed')
    await expect(db.prisma.volume.create({ data: { ...data, sizeBytes: 0n } })).rejects.toThrow('volume_size_check')
  })

  test('an image is not ready without a format, and cannot go while an overlay shares its blocks', async () => {
    await using db = await createTestDatabase()
    const image = await db.prisma.image.create({ data: { name: 'tiny', source: {}, hints: {} } })
    const where = { id: image.id }
    await expect(db.prisma.image.update({ where, data: { state: 'ready' } })).rejects.toThrow('image_ready_check')
    const ready = { state: 'ready', format: 'qcow2', virtualBytes: 1024n }
    await db.prisma.image.update({ where, data: ready })
    const overlay = { pool: 'default', format: 'qcow2', sizeBytes: 10n, backingImageId: image.id }
    const volume = await db.prisma.volume.create({ data: overlay })
    const error = await caught(db.prisma.image.delete({ where }))
    expect(error).toBeInstanceOf(Prisma.PrismaClientKnownRequestError)
    expect(error).toMatchObject({ code: 'P2003' })
    await db.prisma.volume.delete({ where: { id: volume.id } })
    await db.prisma.image.delete({ where })
  })
})

test('audit rows are written once', async () => {
  await using db = await createTestDatabase()
  const row = { actorName: 'Ada', via: 'session', procedure: 'vm.delete', outcome: 'denied' }
  const { id } = await db.prisma.audit.create({ data: row })
  await expect(db.prisma.audit.update({ where: { id }, data: { outcome: 'ok' } })).rejects.toThrow('not changed')
})
