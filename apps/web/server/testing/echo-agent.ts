/** An agent that answers each chunk of a console in capitals, behind a certificate of the panel's authority, and one machine on it. */
import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { createServer } from 'node:tls'
import { addHost, addVm } from '@berth/api/testing/fleet-fixture-repo'
import { newHostKey } from '@berth/api/testing/host-key'
import type { ServedPanel } from './serve-test-panel.ts'

export interface EchoAgent extends Disposable {
  readonly port: number
  readonly hostId: string
  /** Ada's, running. */
  readonly vmId: string
  /** The requests that opened consoles, as they came. */
  readonly handshakes: readonly string[]
  readonly sockets: ReadonlySet<Socket>
}

export async function serveEchoAgent(panel: ServedPanel, name = 'host-console'): Promise<EchoAgent> {
  const { authority, panel: control } = panel.world.process
  const handshakes: string[] = []
  const sockets = new Set<Socket>()
  const key = await newHostKey()
  const server = createServer({ allowHalfOpen: true })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const hostId = await addHost(control.db, name, port)
  const signed = await authority.signHost({ csrPem: key.csrPem, hostId, address: '127.0.0.1' })
  const names = { cert: signed.certificatePem, key: key.keyPem, ca: authority.caPem }
  server.setSecureContext({ ...names, minVersion: 'TLSv1.3' })
  server.on('secureConnection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(socket))
    socket.once('data', (head: Buffer) => {
      handshakes.push(head.toString())
      socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n')
      socket.on('data', (chunk: Buffer) => socket.write(chunk.toString().toUpperCase()))
      socket.on('end', () => socket.end('BYE'))
    })
  })
  const vmId = await addVm(control.db, { name: 'console', ownerId: panel.world.ada.userId, hostId, state: 'running' })
  return { port, hostId, vmId, handshakes, sockets, [Symbol.dispose]: () => server.close() }
}

export async function openTicket(panel: ServedPanel, vmId: string, headers: Record<string, string>): Promise<string> {
  const response = await panel.post('/api/trpc/console.open', { vmId, kind: 'screen' }, headers)
  const answer = (await response.json()) as { result: { data: { path: string } } }
  return answer.result.data.path
}

export function upgradeText(port: number, path: string, headers: Record<string, string>): string {
  const lines = Object.entries({
    host: `127.0.0.1:${port}`,
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'sec-websocket-version': '13',
    'sec-websocket-protocol': 'binary',
    ...headers,
  }).map(([name, value]) => `${name}: ${value}`)
  return [`GET ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n')
}
