/** A token that is made by a token does not outlive it. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestPanel, type TestPanel } from '../testing/open-test-panel.ts'
import { createApiToken, endOfToken } from './api-token-repo.ts'

let world: TestPanel
beforeAll(async () => {
  world = await openTestPanel()
})
afterAll(() => world[Symbol.asyncDispose]())

const inDays = (days: number): Date => new Date(Date.now() + days * 86_400_000)

/** When a token ends that is made by one with this end. */
async function endOfMade(expiresAt: Date | null, expiresInDays: number | null): Promise<Date | null> {
  const { db } = world.process.panel
  const { userId, name, email, role } = world.ada
  const { tokenId } = await createApiToken(db, { userId, name: 'maker', expiresAt })
  const maker = { kind: 'token', tokenId, tokenName: 'maker', userId, name, email, role } as const
  const made = await world.as(maker).token.create({ name: 'made', expiresInDays })
  return endOfToken(db, made.tokenId)
}

test('it ends with the one that made it at the latest', async () => {
  const end = inDays(2)
  expect(await endOfMade(end, null)).toEqual(end)
  expect(await endOfMade(end, 90)).toEqual(end)
  expect((await endOfMade(end, 1))?.getTime()).toBeLessThan(end.getTime())
})

test('one that never ends makes what is asked for', async () => {
  expect(await endOfMade(null, null)).toBeNull()
  expect((await endOfMade(null, 1))?.getTime()).toBeLessThanOrEqual(inDays(1).getTime())
})
