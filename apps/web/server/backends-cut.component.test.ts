/**
 * Every backend of the database is ended again and again under a panel that works, then the server restarts: nothing that
 * is heard of nowhere may end the panel, and afterwards all of it goes on, the queue and the browsers' stream too.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addHost, addImage, addVm } from '@berth/api/testing/fleet-fixture-repo'
import { startOwnDatabase, type OwnDatabase } from '@berth/api/testing/own-database'
import { servePanel, type ServedPanel } from './testing/serve-test-panel.ts'

const cutForMs = 4_000
const backWithinMs = 30_000
let database: OwnDatabase
let panel: ServedPanel
let vmId: string
let cookie: string
let hostId: string
const unheard: string[] = []
const hear = (error: unknown) =>
  void unheard.push(error instanceof Error ? (error.stack ?? error.message) : String(error))
beforeAll(async () => {
  process.on('uncaughtException', hear).on('unhandledRejection', hear)
  database = await startOwnDatabase()
  panel = await servePanel({ databaseUrl: database.databaseUrl, isWorking: true })
  hostId = await addHost(db())
  vmId = await addVm(db(), { name: 'kept', ownerId: panel.world.ada.userId, hostId, state: 'running' })
  cookie = await panel.signIn('root')
})
afterAll(async () => {
  await panel[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
  process.off('uncaughtException', hear).off('unhandledRejection', hear)
})

const db = () => panel.world.process.panel.db
const own = () => ({ cookie, origin: panel.origin })

/** An image without a file: it goes away by its rows alone, by an operation that no host has to do with. */
async function deleteAnImage(name: string): Promise<string> {
  const imageId = await addImage(db(), hostId, name)
  await db().imageReplica.deleteMany({ where: { imageId } })
  await panel.post('/api/trpc/image.delete', { imageId }, own())
  return imageId
}

/** Asks for as long as the signal lets it; an answer of any kind will do, for the database is being cut. */
async function keepBusy(signal: AbortSignal, work: (round: number) => Promise<unknown>): Promise<void> {
  for (let round = 0; !signal.aborted; round++) {
    try {
      await work(round)
    } catch {
      await pause(20)
      // A query of the test's own was cut: what counts is whether the panel lives.
    }
  }
}

async function cutForAWhile(): Promise<number> {
  await using cutter = await database.openCutter()
  let cut = 0
  const endsAt = performance.now() + cutForMs
  while (performance.now() < endsAt) {
    cut += await cutter.cutAll()
    await pause(15)
  }
  return cut
}

test('lives through the end of all its connections, and is true again', async () => {
  const listening = new AbortController()
  let heard = ''
  // As a browser does: a stream that ends is opened again where it stopped.
  const listen = async (): Promise<void> => {
    const lastEventId = /id: (\d+)\n[^]*?$/.exec(heard.slice(heard.lastIndexOf('\nid: ')))?.[1]
    const input = encodeURIComponent(JSON.stringify(lastEventId === undefined ? {} : { lastEventId }))
    const response = await fetch(`${panel.origin}/api/trpc/events.stream?input=${input}`, {
      headers: own(),
      signal: listening.signal,
    })
    for await (const chunk of response.body ?? []) heard += Buffer.from(chunk).toString()
    await pause(200)
  }
  const reading = keepBusy(listening.signal, listen)
  const stop = new AbortController()
  const busy = [
    keepBusy(stop.signal, (round) => deleteAnImage(`cut-${round}`)),
    keepBusy(stop.signal, (round) => panel.post('/api/trpc/vm.update', { vmId, tags: [`t-${round}`] }, own())),
    keepBusy(stop.signal, () => panel.signIn('bob')),
    keepBusy(stop.signal, () => panel.get('/api/trpc/vm.list?input=%7B%7D', own())),
  ]
  expect(await cutForAWhile()).toBeGreaterThan(20)
  await database.stop()
  await database.start()
  stop.abort()
  await Promise.all(busy)

  const tag = () => panel.post('/api/trpc/vm.update', { vmId, tags: ['after'] }, own())
  await expect.poll(async () => (await tag()).status, { timeout: backWithinMs }).toBe(200)
  await expect.poll(() => heard, { timeout: backWithinMs }).toContain('"after"')
  const imageId = await deleteAnImage('after')
  await expect.poll(() => db().image.count({ where: { id: imageId } }), { timeout: backWithinMs }).toBe(0)
  const open = { endedAt: null }
  await expect.poll(() => db().operation.count({ where: open }), { timeout: backWithinMs }).toBe(0)
  expect(unheard).toEqual([])
  listening.abort()
  await reading
})

test('ends while its connections are being cut', async () => {
  await using second = await startOwnDatabase()
  const closing = await servePanel({ databaseUrl: second.databaseUrl, isWorking: true })
  await using cutter = await second.openCutter()
  const ended = closing[Symbol.asyncDispose]()
  for (let i = 0; i < 20; i++) {
    await cutter.cutAll()
    await pause(5)
  }
  // It may say that its last words did not reach the database; it must end, and nothing may be left unheard.
  await Promise.allSettled([ended])
  expect(unheard).toEqual([])
})
