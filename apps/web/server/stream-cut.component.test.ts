/** A browser's stream that is open ends soon after the right to it, whichever way that ends, and says why. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addHost, addVm } from '@berth/api/testing/fleet-fixture-repo'
import { servePanel, type ServedPanel } from './testing/serve-test-panel.ts'

const withinMs = 5_000
let panel: ServedPanel
let vmId: string
beforeAll(async () => {
  panel = await servePanel()
  vmId = await addVm(db(), {
    name: 'seen',
    ownerId: panel.world.ada.userId,
    hostId: await addHost(db()),
    state: 'stopped',
  })
})
afterAll(() => panel[Symbol.asyncDispose]())

const db = () => panel.world.process.panel.db
const ada = () => panel.world.ada.userId

interface Stream {
  readonly text: () => string
  readonly isOver: () => boolean
}

/** Reads on until the server ends it. Resolves when it has begun, and hears of a change. */
async function openStream(headers: Record<string, string>): Promise<Stream> {
  const response = await panel.get('/api/trpc/events.stream?input=%7B%7D', headers)
  expect(response.status).toBe(200)
  let text = ''
  let isOver = false
  const read = async (): Promise<void> => {
    for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString()
    isOver = true
  }
  void read()
  const stream = { text: () => text, isOver: () => isOver }
  await hears(stream)
  return stream
}

let changes = 0
async function hears(stream: Stream): Promise<void> {
  const tag = `change-${++changes}`
  await panel.world.as(panel.world.admin).vm.update({ vmId, tags: [tag] })
  await expect.poll(stream.text, { timeout: withinMs }).toContain(tag)
}

const ownHeaders = async (name: 'root' | 'ada') => ({ cookie: await panel.signIn(name), origin: panel.origin })

async function endsForGood(stream: Stream): Promise<void> {
  await expect.poll(stream.isOver, { timeout: withinMs }).toBe(true)
  expect(stream.text()).toMatch(/event: serialized-error\ndata: .*SESSION_REQUIRED/)
}

const ends: readonly [string, (headers: Record<string, string>) => Promise<unknown>][] = [
  ['the user signs out', (headers) => panel.post('/api/auth/sign-out', {}, headers)],
  ['the session is revoked elsewhere', () => db().session.deleteMany({ where: { userId: ada() } })],
  [
    'the session runs out',
    () => db().session.updateMany({ where: { userId: ada() }, data: { expiresAt: new Date(Date.now() - 1) } }),
  ],
  ['the user is disabled', () => db().$executeRaw`UPDATE "user" SET disabled_at = now() WHERE id = ${ada()}::uuid`],
]
test.each(ends)('it ends when %s', async (_what, end) => {
  await db().$executeRaw`UPDATE "user" SET disabled_at = NULL`
  const headers = await ownHeaders('ada')
  const stream = await openStream(headers)
  const others = await openStream(await ownHeaders('root'))
  await end(headers)
  await endsForGood(stream)
  await hears(others)
  await db().session.deleteMany({ where: { userId: panel.world.admin.userId } })
  await endsForGood(others)
  expect(panel.world.process.panel.streams.taken).toEqual([])
})

const tokenEnds: readonly [string, (tokenId: string, headers: Record<string, string>) => Promise<unknown>][] = [
  ['is revoked', (tokenId, headers) => panel.post('/api/trpc/token.revoke', { tokenId }, headers)],
  ['runs out', (id) => db().apiToken.update({ where: { id }, data: { expiresAt: new Date(Date.now() - 1) } })],
]
test.each(tokenEnds)('one of an API token ends when the token %s', async (_what, end) => {
  await db().$executeRaw`UPDATE "user" SET disabled_at = NULL`
  const made = await panel.post('/api/trpc/token.create', { name: 'cut' }, await ownHeaders('ada'))
  const { token, tokenId } = ((await made.json()) as { result: { data: { token: string; tokenId: string } } }).result
    .data
  const headers = { authorization: `Bearer ${token}` }
  const stream = await openStream(headers)
  await end(tokenId, headers)
  await endsForGood(stream)
})

test('it ends when its user’s rank changes, for it was cut to the old one', async () => {
  const stream = await openStream(await ownHeaders('root'))
  const where = { id: panel.world.admin.userId }
  await db().user.update({ where, data: { role: 'user' } })
  await endsForGood(stream)
  await db().user.update({ where, data: { role: 'admin' } })
})

test('a reader that goes away leaves nothing behind', async () => {
  const headers = await ownHeaders('root')
  const stop = new AbortController()
  const response = await fetch(`${panel.origin}/api/trpc/events.stream?input=%7B%7D`, { headers, signal: stop.signal })
  expect(response.status).toBe(200)
  await expect.poll(() => panel.world.process.panel.streams.taken.length).toBe(1)
  stop.abort()
  await expect.poll(() => panel.world.process.panel.streams.taken.length).toBe(0)
})
