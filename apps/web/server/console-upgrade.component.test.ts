/** Consoles through the panel, to an agent that answers each chunk in capitals: real sockets, real certificates. */
import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { createServer, type Server } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addHost, addVm } from '@berth/api/testing/fleet-fixture-repo'
import { newHostKey } from '@berth/api/testing/host-key'
import { servePanel, type ServedPanel } from './testing/serve-test-panel.ts'

let panel: ServedPanel
let agent: Server
let vmId: string
const handshakes: string[] = []
const agentSockets = new Set<Socket>()

beforeAll(async () => {
  panel = await servePanel()
  const { authority, panel: control } = panel.world.process
  const key = await newHostKey()
  agent = createServer({ allowHalfOpen: true })
  agent.listen(0, '127.0.0.1')
  await once(agent, 'listening')
  const { port } = agent.address() as AddressInfo
  const hostId = await addHost(control.db, 'host-console', port)
  const signed = await authority.signHost({ csrPem: key.csrPem, hostId, address: '127.0.0.1' })
  const names = { cert: signed.certificatePem, key: key.keyPem, ca: authority.caPem }
  agent.setSecureContext({ ...names, minVersion: 'TLSv1.3' })
  agent.on('secureConnection', (socket) => {
    agentSockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('data', (head: Buffer) => {
      handshakes.push(head.toString())
      socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n')
      socket.on('data', (chunk: Buffer) => socket.write(chunk.toString().toUpperCase()))
      socket.on('end', () => socket.end('BYE'))
    })
  })
  vmId = await addVm(control.db, { name: 'console', ownerId: panel.world.ada.userId, hostId, state: 'running' })
})
afterAll(async () => {
  await panel[Symbol.asyncDispose]()
  agent.close()
})

async function openTicket(headers: Record<string, string>): Promise<string> {
  const response = await panel.post('/api/trpc/console.open', { vmId, kind: 'screen' }, headers)
  const answer = (await response.json()) as { result: { data: { path: string } } }
  return answer.result.data.path
}

const ownHeaders = (cookie: string) => ({ cookie, origin: panel.origin })

function upgradeText(path: string, headers: Record<string, string>): string {
  const lines = Object.entries({
    host: `127.0.0.1:${panel.port}`,
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'sec-websocket-version': '13',
    'sec-websocket-protocol': 'binary',
    ...headers,
  }).map(([name, value]) => `${name}: ${value}`)
  return [`GET ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n')
}

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
  expect(handshakes.at(-1)).toContain(`GET /console/${vmId}/screen HTTP/1.1`)
  expect(handshakes.at(-1)).not.toMatch(/cookie|origin|console_/i)
})

test('when the agent dies, the browser is cut', async () => {
  const cookie = await panel.signIn('ada')
  const socket = await panel.dial()
  socket.write(upgradeText(await openTicket(ownHeaders(cookie)), ownHeaders(cookie)))
  await once(socket, 'data')
  for (const each of agentSockets) each.destroy()
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
  const { port } = agent.address() as AddressInfo
  const impostor = await addHost(db, 'host-impostor', port)
  const real = (await db.vm.findUniqueOrThrow({ where: { id: vmId } })).hostId
  const cookie = await panel.signIn('ada')
  await db.vm.update({ where: { id: vmId }, data: { hostId: impostor } })
  const path = await openTicket(ownHeaders(cookie))
  expect(await panel.raw(upgradeText(path, ownHeaders(cookie)))).toContain('HOST_UNREACHABLE')
  await db.vm.update({ where: { id: vmId }, data: { hostId: real } })
})
