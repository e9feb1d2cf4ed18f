/** A console that is open ends soon after the right to it, whichever way that ends. */
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openTicket, serveEchoAgent, upgradeText, type EchoAgent } from './testing/echo-agent.ts'
import { servePanel, type ServedPanel } from './testing/serve-test-panel.ts'

const withinMs = 5_000
let panel: ServedPanel
let agent: EchoAgent
beforeAll(async () => {
  panel = await servePanel()
  agent = await serveEchoAgent(panel)
})
afterAll(async () => {
  await panel[Symbol.asyncDispose]()
  agent[Symbol.dispose]()
})

const db = () => panel.world.process.panel.db
const soon = () => AbortSignal.timeout(withinMs)

beforeEach(async () => {
  const data = { ownerId: panel.world.ada.userId, deletedAt: null }
  await db().vm.update({ where: { id: agent.vmId }, data })
  await db().user.updateMany({ data: { disabledAt: null } })
})

async function openConsole(headers: Record<string, string>): Promise<Socket> {
  const path = await openTicket(panel, agent.vmId, headers)
  const socket = await panel.dial()
  socket.write(upgradeText(panel.port, path, headers))
  expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1\.1 101 /)
  return socket
}

async function ownHeaders(name: 'root' | 'ada'): Promise<Record<string, string>> {
  return { cookie: await panel.signIn(name), origin: panel.origin }
}

const alives = async (socket: Socket): Promise<string> => {
  socket.write('still here')
  return String((await once(socket, 'data', { signal: soon() }))[0])
}

const ends: readonly [string, (headers: Record<string, string>) => Promise<unknown>][] = [
  ['the user signs out', (headers) => panel.post('/api/auth/sign-out', {}, headers)],
  ['the session is revoked elsewhere', () => db().session.deleteMany({ where: { userId: panel.world.ada.userId } })],
  ['the session runs out', () => db().session.updateMany({ data: { expiresAt: new Date(Date.now() - 1) } })],
  [
    'an administrator disables the user',
    () => panel.world.as(panel.world.admin).user.disable({ userId: panel.world.ada.userId }),
  ],
  ['the machine is deleted', () => db().vm.update({ where: { id: agent.vmId }, data: { deletedAt: new Date() } })],
  [
    'the machine becomes somebody else’s',
    () => db().vm.update({ where: { id: agent.vmId }, data: { ownerId: panel.world.bob.userId } }),
  ],
]
test.each(ends)('it is cut on both sides when %s', async (_what, end) => {
  const headers = await ownHeaders('ada')
  const socket = await openConsole(headers)
  await end(headers)
  await once(socket.resume(), 'close', { signal: soon() })
  await expect.poll(() => agent.sockets.size).toBe(0)
  expect(panel.world.process.seats.open).toBe(0)
})

test('one of an API token is cut when the token is revoked', async () => {
  const made = await panel.post('/api/trpc/token.create', { name: 'cut' }, await ownHeaders('ada'))
  const { token, tokenId } = ((await made.json()) as { result: { data: { token: string; tokenId: string } } }).result
    .data
  const headers = { authorization: `Bearer ${token}` }
  const socket = await openConsole(headers)
  await panel.post('/api/trpc/token.revoke', { tokenId }, headers)
  await once(socket.resume(), 'close', { signal: soon() })
})

test('an administrator keeps his when the owner changes or signs out, and loses it with his rank', async () => {
  const socket = await openConsole(await ownHeaders('root'))
  const adas = await openConsole(await ownHeaders('ada'))
  await db().vm.update({ where: { id: agent.vmId }, data: { ownerId: panel.world.bob.userId } })
  await once(adas.resume(), 'close', { signal: soon() })
  expect(await alives(socket)).toBe('STILL HERE')
  const where = { id: panel.world.admin.userId }
  await db().user.update({ where, data: { role: 'user' } })
  await once(socket.resume(), 'close', { signal: soon() })
  await db().user.update({ where, data: { role: 'admin' } })
})
