/** A supervisor (this process), a panel's and an agent's console ends as its children, and a screen behind the agent. */
import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { newUuid } from '@berth/core/ids/ids'
import { openCertificateAuthority } from '@berth/api/host/certificate-authority'
import { newHostKey } from '@berth/api/testing/host-key'
import { House } from '../house.ts'

export interface WorldWish {
  /** The house that the agent believes to be in; its own by default. */
  agentHouse?: string
  isAgentDeaf?: boolean
  /** Whether the supervisor knows the agent. */
  isAgentKnown?: boolean
}

export interface TestProcess {
  readonly child: ChildProcess
  /** All lines that it has said. */
  readonly said: readonly string[]
}

export type PassingWorld = Awaited<ReturnType<typeof openPassingWorld>>

export async function openPassingWorld(wish: WorldWish = {}) {
  await using stack = new AsyncDisposableStack()
  const dir = await mkdtemp(join(tmpdir(), 'berth-pass-'))
  stack.defer(() => rm(dir, { recursive: true }))
  const [vmId, hostId] = [newUuid(), newUuid()]
  await writeIdentity(dir, hostId)
  const screen = await listen(join(dir, 'vnc'))
  const serial = await listen(join(dir, 'serial.sock'))
  stack.defer(() => [screen, serial].forEach((server) => server.end()))
  const house = new House()

  const start = async (name: string, file: string, args: readonly string[]): Promise<TestProcess> => {
    const child = spawn(process.execPath, [join(import.meta.dirname, file), ...args], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    })
    stack.defer(async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    })
    if (name !== '') house.takeIn(name, child)
    const said: string[] = []
    if (child.stdout) createInterface(child.stdout).on('line', (line) => said.push(line))
    while (!said.some((line) => line.startsWith('port '))) await once(child.stdout ?? child, 'data')
    return { child, said }
  }
  const portOf = ({ said }: TestProcess): string => said[0]?.slice('port '.length) ?? ''
  const roomOf = (name: string): string => house.environmentOf(name)['BERTH_HOUSE'] ?? ''
  const agentHouse = wish.agentHouse ?? roomOf('agent')
  const hearing = wish.isAgentDeaf === true ? 'deaf' : 'hears'
  const agentName = wish.isAgentKnown === false ? '' : 'agent'
  const agent = await start(agentName, 'passing-agent.ts', [agentHouse, dir, vmId, hearing])
  const panel = await start('panel', 'passing-panel.ts', [roomOf('panel'), dir, vmId, hostId, portOf(agent)])
  const port = Number(portOf(panel))
  const kept = stack.move()
  return {
    ...{ agent, panel, screen, serial, port },
    /** As a browser does, with the bytes behind the handshake that a browser would not send so early. */
    dial(early = Buffer.alloc(0), kind = 'screen'): Socket {
      const socket = connect({ port, host: '127.0.0.1' })
      const key = Buffer.from(randomUUID().slice(0, 16)).toString('base64')
      const head = [`GET /${kind} HTTP/1.1`, 'host: berth', 'connection: Upgrade', 'upgrade: websocket']
      const sec = ['sec-websocket-version: 13', 'sec-websocket-protocol: binary', `sec-websocket-key: ${key}`]
      socket.write(Buffer.concat([Buffer.from([...head, ...sec, '', ''].join('\r\n')), early]))
      socket.on('error', () => socket.destroy())
      return socket
    },
    async open(kind = 'screen'): Promise<WebSocket> {
      const browser = new WebSocket(`ws://127.0.0.1:${port}/${kind}`, ['binary'])
      browser.binaryType = 'arraybuffer'
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      browser.onopen = () => resolve()
      browser.onerror = () => reject(new Error('the console was refused'))
      await promise
      return browser
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

async function writeIdentity(dir: string, hostId: string): Promise<void> {
  const authority = await openCertificateAuthority(dir)
  await authority.panelIdentity()
  const { csrPem, keyPem } = await newHostKey()
  const { certificatePem } = await authority.signHost({ csrPem, hostId, address: '127.0.0.1' })
  await writeFile(join(dir, 'ca.pem'), authority.caPem)
  await writeFile(join(dir, 'cert.pem'), certificatePem)
  await writeFile(join(dir, 'key.pem'), keyPem)
}

/** In QEMU's place: answers each byte with the same, at the reader's pace. */
async function listen(path: string) {
  const clients: Socket[] = []
  const server = createServer((client) => {
    clients.push(client)
    client.on('error', () => client.destroy())
    client.pipe(client)
  })
  server.listen(path)
  await once(server, 'listening')
  return {
    clients,
    end: () => {
      for (const client of clients) client.destroy()
      server.close()
    },
  }
}
