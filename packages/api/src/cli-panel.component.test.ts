import { createTestDatabase } from '@berth/prisma/test-database'
import { AppError } from '@berth/core/errors/app-error'
import { expect, test, vi } from 'vitest'
import { prepareJobs } from './background/operation-worker.ts'
import { openCliPanel } from './cli-panel.ts'
import { silentLog } from './operation/testing/operation-world.ts'
import { createUser } from './user/user-repo.ts'

test('a login that is made at the command line leaves a record, and no secret in it', async () => {
  await using database = await createTestDatabase()
  const { prisma: db, databaseUrl } = database
  const email = 'root@example.test'
  const userId = await createUser(db, { email, name: 'Root', role: 'admin', password: 'a long enough one' })
  await using panel = await openCliPanel({ databaseUrl, dataDir: '/nowhere' })
  const token = await panel.createToken({ name: 'ci', lifeMs: null, email: undefined })
  const password = await panel.resetPassword({ email })
  const records = await db.audit.findMany({ orderBy: { id: 'asc' } })
  expect(
    records.map(({ procedure, actorName, via, targetName, outcome }) => [
      procedure,
      actorName,
      via,
      targetName,
      outcome,
    ]),
  ).toEqual([
    ['token.create', 'Command line', 'system', 'ci', 'ok'],
    ['user.resetPassword', 'Command line', 'system', email, 'ok'],
  ])
  expect(records.map((record) => record.targetId)).toEqual([(await db.apiToken.findFirst())?.id, userId])
  const kept = JSON.stringify(records)
  expect(kept).not.toContain(token)
  expect(kept).not.toContain(password)
})

test('nobody is given a login who is not there or may not come in', async () => {
  await using database = await createTestDatabase()
  const { prisma: db, databaseUrl } = database
  await createUser(db, { email: 'out@example.test', name: 'Out', role: 'admin', password: 'a long enough one' })
  await db.user.updateMany({ data: { disabledAt: new Date() } })
  await using panel = await openCliPanel({ databaseUrl, dataDir: '/nowhere' })
  const tokenFor = (email: string | undefined) =>
    panel
      .createToken({ name: 'ci', lifeMs: null, email })
      .catch((error: unknown) => error instanceof AppError && error.code)
  expect(await tokenFor('nobody@example.test')).toBe('OBJECT_NOT_FOUND')
  expect(await tokenFor('out@example.test')).toBe('ACCOUNT_DISABLED')
  expect(await tokenFor(undefined)).toBe('OBJECT_NOT_FOUND')
  expect(await db.apiToken.count()).toBe(0)
})

test('an image that is registered at the command line leaves one record of its task', async () => {
  await using database = await createTestDatabase()
  const { prisma: db, databaseUrl } = database
  await createUser(db, { email: 'root@example.test', name: 'Root', role: 'admin', password: 'a long enough one' })
  const bytes = { totalBytes: 1n << 40n, freeBytes: 1n << 40n, committedBytes: 0n }
  await db.host.create({
    data: {
      ...{ name: 'host-1', address: '127.0.0.1', port: 1, state: 'online' },
      pools: { create: { name: 'default', path: '/nowhere', supportsDirectIo: false, seenAt: new Date(), ...bytes } },
    },
  })
  await prepareJobs(databaseUrl, silentLog)
  await using panel = await openCliPanel({ databaseUrl, dataDir: '/nowhere' })
  const image = { name: 'tiny', file: undefined, incoming: 'tiny.qcow2', hints: {}, waits: false }
  const imageId = await panel.registerImage(image)
  expect(await panel.registerImage(image), 'it is known by now').toBe(imageId)
  const operation = await db.operation.findFirstOrThrow()
  expect(await db.audit.findMany()).toMatchObject([
    { procedure: 'image.register', targetId: imageId, targetName: 'tiny', operationId: operation.id },
  ])
  const failed = { status: 'failed', endedAt: new Date(), error: { code: 'IMAGE_CORRUPT', message: 'No image.' } }
  const waits = panel.registerImage({ ...image, name: 'other', waits: true })
  await vi.waitFor(async () => {
    const { count } = await db.operation.updateMany({ where: { NOT: { id: operation.id } }, data: failed })
    expect(count).toBe(1)
  })
  await expect(waits, 'whoever waits for it hears why').rejects.toMatchObject({ code: 'IMAGE_CORRUPT' })
})
