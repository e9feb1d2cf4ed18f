/** Bad input and bad luck: a clear error with its code, and nothing changed. */
import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { imageViewSchema } from '@berth/core/image/image'
import { expect, test } from './support/berth-test.ts'
import { serveFile } from './support/image-server.ts'
import { doneSchema, PanelRefusal, type PanelClient } from './support/panel-client.ts'
import {
  holdDisk,
  imageWithBackingFile,
  imageWithDataFile,
  temporaryDir,
  truncatedImage,
} from './support/broken-images.ts'

const importedSchema = doneSchema.extend({ imageId: z.string() })

async function refusalOf(call: Promise<unknown>): Promise<PanelRefusal> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof PanelRefusal) return error
  throw new Error('the call was not refused', { cause: error })
}

const create = (panel: PanelClient, wish: Record<string, unknown>): Promise<unknown> =>
  panel.mutate('vm.create', wish, z.unknown())

test('bad input to create is refused with a code that names it, and no row is written', async ({
  panel,
  machines,
  host,
}) => {
  const wish = await machines.wishFor({ name: 'bad-1' })
  const cases: readonly [change: Record<string, unknown>, code: string, words: RegExp][] = [
    [{ name: 'not a host name' }, 'NAME_INVALID', /letters|hyphen|name/i],
    [{ name: 'a,if=none,file=/etc/shadow' }, 'NAME_INVALID', /./],
    [{ name: `x'"; drop` }, 'NAME_INVALID', /./],
    [{ memoryBytes: 2 ** 50 }, 'SIZE_INVALID', /\d/],
    [{ vcpus: 0 }, 'SIZE_INVALID', /\d/],
    [{ diskBytes: 2 ** 20 }, 'SIZE_INVALID', /\d/],
    [{ imageId: '01a20000-0000-7000-8000-000000000000' }, 'IMAGE_NOT_FOUND', /./],
    [{ vcpus: 'two' }, 'INPUT_INVALID', /vcpus/],
    [{ surprise: true }, 'INPUT_INVALID', /surprise/],
  ]
  for (const [change, code, words] of cases) {
    const { wire } = await refusalOf(create(panel, { ...wish, ...change }))
    expect(wire.code, JSON.stringify(change)).toBe(code)
    expect(`${wire.message} ${JSON.stringify(wire.details)}`).toMatch(words)
  }
  expect(await host.problems()).toEqual([])
  await expect(machines.find('bad-1')).rejects.toThrow('no machine')
})

test('a name that is taken is refused, and the same key asks once', async ({ panel, machines }) => {
  const wish = { ...(await machines.wishFor({ name: 'taken-1', start: false })), idempotencyKey: randomUUID() }
  const createdSchema = doneSchema.extend({ vmId: z.string() })
  const first = await panel.mutate('vm.create', wish, createdSchema)
  expect(await panel.mutate('vm.create', wish, createdSchema)).toMatchObject(first)
  await machines.succeeded(first.operationId)
  await machines.find('taken-1')
  expect(await panel.codeOf(create(panel, { ...wish, idempotencyKey: randomUUID() }))).toBe('NAME_TAKEN')
  expect(await panel.codeOf(create(panel, { ...wish, vcpus: 2 }))).toBe('IDEMPOTENCY_MISMATCH')
})

for (const [what, make, code] of [
  ['a backing file', imageWithBackingFile, 'IMAGE_UNSAFE'],
  ['a data file', imageWithDataFile, 'IMAGE_UNSAFE'],
  ['its second half missing', truncatedImage, 'IMAGE_CORRUPT'],
] as const) {
  test(`an image with ${what} is refused, and nothing of it is kept`, async ({ panel, machines, berth }) => {
    await using dir = await temporaryDir()
    const path = join(dir.path, 'image.qcow2')
    await make(path)
    await using mirror = await serveFile(path)
    const wish = { name: `bad ${what}`, url: mirror.url }
    const { operationId, imageId } = await panel.mutate('image.importUrl', wish, importedSchema)
    const ended = await machines.ended(operationId)
    expect(ended).toMatchObject({ status: 'failed', error: { code } })
    await expect
      .poll(async () => {
        const { items } = await panel.query('image.list', {}, z.object({ items: z.array(imageViewSchema) }))
        return items.find((image) => image.imageId === imageId)?.state ?? 'gone'
      })
      .toMatch(/failed|gone/)
    const kept = join(berth.dataDir, 'hosts/host-1/pools/default/images', `${imageId}.qcow2`)
    await expect(rm(kept)).rejects.toThrow('ENOENT')
  })
}

test("QEMU that exits at once: its last lines are the error's details, and the machine can start later", async ({
  machines,
  berth,
  host,
}) => {
  const vmId = await machines.create({ name: 'locked-1', start: false })
  const { spec } = await machines.get(vmId)
  const disk = join(berth.dataDir, 'hosts/host-1/pools/default/volumes', vmId, `${spec.disks[0]?.volumeId ?? ''}.qcow2`)
  await using dir = await temporaryDir()
  {
    await using _holder = await holdDisk(disk, dir.path)
    const { operationId } = await machines.panel.mutate('vm.start', { vmId }, doneSchema)
    const ended = await machines.ended(operationId)
    expect(ended).toMatchObject({ status: 'failed', error: { code: 'QEMU_START_FAILED' } })
    expect(JSON.stringify(ended.error?.details)).toMatch(/lock/)
    expect(await host.qemuOf(vmId)).toBeUndefined()
    expect((await machines.get(vmId)).state).not.toBe('running')
  }
  await machines.command(vmId, 'start')
  await machines.stateIs(vmId, 'running')
})

test('a guest that ignores shutdown: named so, and it runs on untouched', async ({ machines, openSerial, host }) => {
  const vmId = await machines.create({ name: 'stubborn-1' })
  const serial = await openSerial(vmId)
  await serial.logIn()
  await serial.run('ignore-shutdown')
  const before = await host.qemuOf(vmId)
  const { operationId } = await machines.panel.mutate('vm.shutdown', { vmId, timeoutMs: 4_000 }, doneSchema)
  expect(await machines.ended(operationId)).toMatchObject({
    status: 'failed',
    error: { code: 'GUEST_IGNORED_SHUTDOWN' },
  })
  expect((await machines.get(vmId)).state).toBe('running')
  expect(await host.qemuOf(vmId)).toEqual(before)
  expect(await serial.run('echo still-here')).toBe('still-here')
})
