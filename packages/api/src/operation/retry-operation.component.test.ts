/** Trying an ended task again: who may, what becomes of it, and that it happens once. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TRPCError } from '@trpc/server'
import { AppError } from '@berth/core/errors/app-error'
import { newUuid } from '@berth/core/ids/ids'
import { GiB, MiB } from '@berth/core/units/bytes'
import { addHost, addImage, addVm } from '../testing/fleet-fixture-repo.ts'
import { openTestPanel, type TestPanel } from '../testing/open-test-panel.ts'

let world: TestPanel
let hostId: string
beforeAll(async () => {
  world = await openTestPanel()
  hostId = await addHost(world.process.panel.db)
})
afterAll(() => world[Symbol.asyncDispose]())

const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'ok',
    (error: unknown) => {
      const cause = error instanceof TRPCError ? error.cause : error
      return cause instanceof AppError ? cause.code : String(error)
    },
  )

/** As a worker would leave it. */
async function end(operationId: string, status: 'failed' | 'succeeded' | 'cancelled'): Promise<void> {
  await world.process.panel.db.operation.update({ where: { id: operationId }, data: { status, endedAt: new Date() } })
}

async function failedStart(): Promise<{ vmId: string; operationId: string }> {
  const name = `v-${newUuid().slice(-12)}`
  const vmId = await addVm(world.process.panel.db, { name, ownerId: world.ada.userId, hostId, state: 'stopped' })
  const { operationId } = await world.as(world.ada).vm.start({ vmId })
  await end(operationId, 'failed')
  return { vmId, operationId }
}

test('asks the same again as a task that names the first, and only once', async () => {
  const { vmId, operationId } = await failedStart()
  const ada = world.as(world.ada).operation
  const again = await ada.retry({ operationId, idempotencyKey: 'retry-of-a-start' })
  expect(await ada.get({ operationId: again.operationId })).toMatchObject({
    kind: 'vm.start',
    status: 'queued',
    target: { vmId },
    retryOfId: operationId,
  })
  expect(await ada.get({ operationId })).toMatchObject({ status: 'failed', retriedById: again.operationId })
  expect(await ada.retry({ operationId, idempotencyKey: 'retry-of-a-start' })).toEqual(again)
  await end(again.operationId, 'failed')
  expect(await codeOf(ada.retry({ operationId }))).toBe('OPERATION_NOT_RETRYABLE')
  expect(await codeOf(ada.retry({ operationId: again.operationId }))).toBe('ok')
})

test('is not for others, and judges the machine as it is now', async () => {
  const { vmId, operationId } = await failedStart()
  expect(await codeOf(world.as(world.bob).operation.retry({ operationId }))).toBe('OPERATION_NOT_FOUND')
  await world.process.panel.db.vmObserved.update({ where: { vmId }, data: { state: 'running' } })
  expect(await codeOf(world.as(world.ada).operation.retry({ operationId }))).toBe('VM_STATE_CONFLICT')
  await end(operationId, 'succeeded')
  expect(await codeOf(world.as(world.ada).operation.retry({ operationId }))).toBe('OPERATION_NOT_RETRYABLE')
})

test('creates a machine again under its name, unless it had a password', async () => {
  const imageId = await addImage(world.process.panel.db, hostId, 'base')
  const ada = world.as(world.ada)
  const sizes = { vcpus: 2, memoryBytes: 64 * MiB, diskBytes: GiB }
  const wish = { name: 'again', tags: ['prod'], imageId, ...sizes, firmware: 'bios' as const, start: false }
  const { operationId, vmId } = await ada.vm.create(wish)
  await ada.operation.cancel({ operationId })
  await end(operationId, 'cancelled')
  await world.process.panel.db.vm.update({ where: { id: vmId }, data: { deletedAt: new Date() } })
  const again = await ada.operation.retry({ operationId })
  const { target } = await ada.operation.get({ operationId: again.operationId })
  expect(target.vmId).not.toBe(vmId)
  expect(await ada.vm.get({ vmId: target.vmId ?? '' })).toMatchObject({
    name: 'again',
    tags: ['prod'],
    spec: sizesOf(sizes),
  })

  const secret = await ada.vm.create({ ...wish, name: 'secret', cloudInit: { sshKeys: [], password: 'x'.repeat(12) } })
  await end(secret.operationId, 'failed')
  expect(await codeOf(ada.operation.retry({ operationId: secret.operationId }))).toBe('OPERATION_NOT_RETRYABLE')
})

const sizesOf = ({ vcpus, memoryBytes }: { vcpus: number; memoryBytes: number }) => ({ vcpus, memoryBytes })

test('imports a failed image again under its id, by administrators only', async () => {
  const { db } = world.process.panel
  const admin = world.as(world.admin)
  const { imageId, operationId } = await admin.image.importUrl({ name: 'far', url: 'http://10.0.0.1/far.qcow2' })
  await end(operationId, 'failed')
  await db.image.update({ where: { id: imageId }, data: { state: 'failed' } })
  // As if he had been an administrator then.
  await db.operation.update({ where: { id: operationId }, data: { actorUserId: world.bob.userId } })
  expect(await codeOf(world.as(world.bob).operation.retry({ operationId }))).toBe('PERMISSION_DENIED')
  const again = await admin.operation.retry({ operationId })
  expect(await admin.image.get({ imageId })).toMatchObject({ state: 'importing', operationId: again.operationId })
  await end(again.operationId, 'failed')
  // Still being imported, for all that the rows say.
  expect(await codeOf(admin.operation.retry({ operationId: again.operationId }))).toBe('IMAGE_NOT_READY')
})
