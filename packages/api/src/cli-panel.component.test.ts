import { createTestDatabase } from '@berth/prisma/test-database'
import { AppError } from '@berth/core/errors/app-error'
import { expect, test } from 'vitest'
import { openCliPanel } from './cli-panel.ts'
import { createUser } from './user/user-repo.ts'

test('a login that is made at the command line leaves a record, and no secret in it', async () => {
  await using database = await createTestDatabase()
  const { prisma: db, databaseUrl } = database
  const email = 'root@example.test'
  const userId = await createUser(db, { email, name: 'Root', role: 'admin', password: 'a long enough one' })
  await using panel = await openCliPanel({ databaseUrl })
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
  await using panel = await openCliPanel({ databaseUrl })
  const tokenFor = (email: string | undefined) =>
    panel
      .createToken({ name: 'ci', lifeMs: null, email })
      .catch((error: unknown) => error instanceof AppError && error.code)
  expect(await tokenFor('nobody@example.test')).toBe('OBJECT_NOT_FOUND')
  expect(await tokenFor('out@example.test')).toBe('ACCOUNT_DISABLED')
  expect(await tokenFor(undefined)).toBe('OBJECT_NOT_FOUND')
  expect(await db.apiToken.count()).toBe(0)
})
