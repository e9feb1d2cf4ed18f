/** A token that is made by a token does not outlive it. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestPanel, type TestPanel } from '../testing/open-test-panel.ts'
import type { Caller } from '../trpc/caller.ts'
import { createApiToken, endOfToken, findTokenCaller } from './api-token-repo.ts'

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

/** Whoever holds it, as a request finds him. */
async function holderOf(token: string): Promise<Caller> {
  const caller = await findTokenCaller(world.process.panel.db, token, new Date())
  if (caller === null) throw new Error('The token is no good.')
  return caller
}

test('those that a token made are revoked with it, and no others', async () => {
  const { as, ada } = world
  const make = async (maker: Caller) => as(maker).token.create({ name: 'made' })
  const first = await make(ada)
  const child = await make(await holderOf(first.token))
  const grandchild = await make(await holderOf(child.token))
  const stranger = await make(ada)
  await as(ada).token.revoke({ tokenId: child.tokenId })
  for (const { token } of [child, grandchild]) await expect(holderOf(token)).rejects.toThrow('no good')
  for (const { token } of [first, stranger]) expect(await holderOf(token)).toMatchObject({ userId: ada.userId })
})

test('one that was revoked after its request came in makes none', async () => {
  const { as, ada } = world
  const { tokenId, token } = await as(ada).token.create({ name: 'late' })
  const late = await holderOf(token)
  await as(ada).token.revoke({ tokenId })
  await expect(as(late).token.create({ name: 'escaped' })).rejects.toMatchObject({
    cause: { code: 'SESSION_REQUIRED' },
  })
})
