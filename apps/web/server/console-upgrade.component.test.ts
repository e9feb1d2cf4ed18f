/** Consoles through the panel, to an agent that answers each chunk in capitals: real sockets, real certificates. */
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addHost } from '@berth/api/testing/fleet-fixture-repo'
import { openTicket as askTicket, serveEchoAgent, upgradeText as textOf, type EchoAgent } from './testing/echo-agent.ts'
import { servePanel, type ServedPanel } from './testing/serve-test-panel.ts'

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

const openTicket = (headers: Record<string, string>) => askTicket(panel, agent.vmId, headers)
const upgradeText = (path: string, headers: Record<string, string>) => textOf(panel.port, path, headers)
const ownHeaders = (cookie: string) => ({ cookie, origin: panel.origin })

async function readUntil(socket: Socket, wanted: string): Promise<string> {
  let text = ''
  for await (const chunk of socket) {
    text += String(chunk)
    if (text.includes(wanted)) return text
  }
  return text
}

test('a console is spliced byte for byte, ends as TCP ends, and its handshake carries no secret', async () => {
  const cookie = await panel.signIn('ada')
  const path = await openTicket(ownHeaders(cookie))
  const socket = await panel.dial()
  // Bytes right behind the handshake are the agent's, too.
  socket.write(`${upgradeText(path, ownHeaders(cookie))}first`)
  socket.end(' and last')
  const text = await readUntil(socket, 'BYE')
  expect(text).toMatch(/^HTTP\/1\.1 101 /)
  expect(text.split('\r\n\r\n')[1]?.replaceAll('\0', '')).toBe('FIRST AND LASTBYE')
  expect(agent.handshakes.at(-1)).toContain(`GET /console/${agent.vmId}/screen HTTP/1.1`)
  expect(agent.handshakes.at(-1)).not.toMatch(/cookie|origin|console_/i)
})

test('when the agent dies, the browser is cut', async () => {
  const cookie = await panel.signIn('ada')
  const socket = await panel.dial()
  socket.write(upgradeText(await openTicket(ownHeaders(cookie)), ownHeaders(cookie)))
  await once(socket, 'data')
  for (const each of agent.sockets) each.destroy()
  await once(socket, 'close')
})

test('a ticket works once, for its user, on our own page, while the session lives', async () => {
  const ada = await panel.signIn('ada')
  const bob = await panel.signIn('bob')
  const own = ownHeaders(ada)
  const used = await openTicket(own)
  const [first, second] = await Promise.all([panel.dial(), panel.dial()])
  first.write(upgradeText(used, own))
  second.write(upgradeText(used, own))
  const heads = await Promise.all([once(first, 'data'), once(second, 'data')])
  const statuses = heads.map(([chunk]) => /^HTTP\/1\.1 (\d+)/.exec(String(chunk))?.[1])
  expect(statuses.toSorted()).toEqual(['101', '403'])
  first.destroy()
  second.destroy()

  const refused = async (path: string, headers: Record<string, string>) => panel.raw(upgradeText(path, headers))
  expect(await refused(await openTicket(own), { cookie: ada, origin: 'http://evil.example' })).toContain(
    'ORIGIN_FORBIDDEN',
  )
  expect(await refused(await openTicket(own), { cookie: ada })).toContain('ORIGIN_FORBIDDEN')
  expect(await refused(await openTicket(own), { origin: panel.origin })).toContain('another session')
  expect(await refused(await openTicket(own), ownHeaders(bob))).toContain('another session')
  expect(await refused(`/ws/console/console_${'A'.repeat(43)}`, own)).toContain('TICKET_INVALID')

  const expired = await openTicket(own)
  await panel.world.process.panel.db.consoleTicket.updateMany({ data: { expiresAt: new Date(Date.now() - 1) } })
  expect(await refused(expired, own)).toContain('30 seconds are over')

  const orphan = await openTicket(own)
  await panel.post('/api/auth/sign-out', {}, own)
  expect(await refused(orphan, ownHeaders(await panel.signIn('ada')))).toContain('is gone')
})

test('a foreign page cannot spend a ticket', async () => {
  const cookie = await panel.signIn('ada')
  const path = await openTicket(ownHeaders(cookie))
  await panel.raw(upgradeText(path, { cookie, origin: 'http://evil.example' }))
  const socket = await panel.dial()
  socket.write(upgradeText(path, ownHeaders(cookie)))
  expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1\.1 101 /)
  socket.destroy()
})

test('a ticket of an API token needs no cookie and no origin', async () => {
  const cookie = await panel.signIn('ada')
  const made = await panel.post('/api/trpc/token.create', { name: 'console' }, ownHeaders(cookie))
  const { token } = ((await made.json()) as { result: { data: { token: string } } }).result.data
  const path = await openTicket({ authorization: `Bearer ${token}` })
  const socket = await panel.dial()
  socket.write(upgradeText(path, {}))
  expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1\.1 101 /)
  socket.destroy()
})

test('an agent with another host’s certificate gets no console', async () => {
  const { db } = panel.world.process.panel
  const impostor = await addHost(db, 'host-impostor', agent.port)
  const cookie = await panel.signIn('ada')
  await db.vm.update({ where: { id: agent.vmId }, data: { hostId: impostor } })
  const path = await openTicket(ownHeaders(cookie))
  expect(await panel.raw(upgradeText(path, ownHeaders(cookie)))).toContain('HOST_UNREACHABLE')
  await db.vm.update({ where: { id: agent.vmId }, data: { hostId: agent.hostId } })
})
