/** The database dies under a panel that runs, and comes back: what is refused meanwhile, and that all goes on by itself. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addHost, addImage, addVm } from '@berth/api/testing/fleet-fixture-repo'
import { startOwnDatabase, type OwnDatabase } from '@berth/api/testing/own-database'
import { codeOf, servePanel, type ServedPanel } from './testing/serve-test-panel.ts'

const backWithinMs = 30_000
let database: OwnDatabase
let panel: ServedPanel
let vmId: string
let cookie: string
beforeAll(async () => {
  database = await startOwnDatabase()
  panel = await servePanel({ databaseUrl: database.databaseUrl, isWorking: true })
  const { db } = panel.world.process.panel
  const hostId = await addHost(db)
  vmId = await addVm(db, { name: 'kept', ownerId: panel.world.ada.userId, hostId, state: 'running' })
  cookie = await panel.signIn('root')
})
afterAll(async () => {
  await panel[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

const own = () => ({ cookie, origin: panel.origin })
const tag = (name: string) => panel.post('/api/trpc/vm.update', { vmId, tags: [name] }, own())

/** Reads the browsers' stream in the background, across reconnects of nobody: the one connection must live. */
async function follow(signal: AbortSignal): Promise<{ text: () => string }> {
  const response = await fetch(`${panel.origin}/api/trpc/events.stream?input=%7B%7D`, { headers: own(), signal })
  let text = ''
  const read = async (): Promise<void> => {
    for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString()
  }
  read().catch((error: unknown) => {
    if (!signal.aborted) text += `BROKEN ${String(error)}`
  })
  return { text: () => text }
}

const ways: readonly [string, () => unknown][] = [
  ['is killed', () => database.kill()],
  ['is stopped', () => database.stop()],
]
test.each(ways)('when the server %s: 503 with its reason, then all goes on by itself', async (_way, end) => {
  const reading = new AbortController()
  const stream = await follow(reading.signal)
  expect((await tag('before')).status).toBe(200)
  await expect.poll(stream.text, { timeout: 5_000 }).toContain('"before"')
  await end()
  await expect.poll(async () => (await panel.get('/readyz')).status, { timeout: 5_000 }).toBe(503)

  expect(await (await panel.get('/readyz')).text()).toMatch(/database/)
  expect((await panel.get('/healthz')).status).toBe(200)
  // Each connection of the pool may be one that died.
  const answers = await Promise.all(Array.from({ length: 15 }, (_, i) => tag(`lost-${i}`)))
  answers.push(await panel.get(`/api/trpc/vm.get?input=${encodeURIComponent(JSON.stringify({ vmId }))}`, own()))
  answers.push(await panel.get('/api/trpc/user.me', { authorization: `Bearer berth_${'x'.repeat(43)}` }))
  const credentials = { email: 'ada@example.test', password: 'whatever it is' }
  answers.push(await panel.post('/api/auth/sign-in/email', credentials, { origin: panel.origin }))
  answers.push(await panel.get('/metrics'))
  for (const answer of answers) {
    expect([answer.status, await codeOf(answer)]).toEqual([503, 'DATABASE_UNAVAILABLE'])
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  }

  await database.start()
  const startedAt = performance.now()
  const { db } = panel.world.process.panel
  await expect.poll(async () => (await tag('after')).status, { timeout: backWithinMs }).toBe(200)
  expect((await panel.get('/readyz')).status).toBe(200)
  expect((await panel.get('/api/trpc/user.me', own())).status).toBe(200)
  await expect.poll(stream.text, { timeout: backWithinMs }).toContain('"after"')
  expect(stream.text()).not.toMatch(/lost-|BROKEN/)
  // Work is taken again: an image of which there is no file goes away by its rows alone.
  const imageId = await addImage(db, (await db.host.findFirstOrThrow()).id, 'leaves')
  await db.imageReplica.deleteMany({ where: { imageId } })
  expect((await panel.post('/api/trpc/image.delete', { imageId }, own())).status).toBe(200)
  await expect.poll(() => db.image.count({ where: { id: imageId } }), { timeout: backWithinMs }).toBe(0)
  expect(performance.now() - startedAt).toBeLessThan(backWithinMs)
  reading.abort()
})
