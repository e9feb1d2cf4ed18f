import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { consoleSeatHeader, seatToHeader, type InputWish } from '@berth/core/console/console-viewer'
import { consoleCloseCodes, consoleControlSchema, type ConsoleControl } from '@berth/core/console/serial-control'
import type { ConsoleKind } from '@berth/core/agent-contract/agent-contract'
import { newUuid, vmIdSchema } from '@berth/core/ids/ids'
import { MiB } from '@berth/core/units/bytes'
import { describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { Consoles } from './consoles.ts'

const vmId = vmIdSchema.parse(newUuid())

/** A machine's two sockets, served by the test in QEMU's place, and the agent's console end over real HTTP upgrades. */
async function openConsoles() {
  const folder = mkdtempSync(join(tmpdir(), 'berth-con-'))
  const screen = await listen(join(folder, 'vnc'))
  const serial = await listen(join(folder, 'serial.sock'))
  const consoles = new Consoles(() => folder)
  const http = createHttpServer()
  http.on('upgrade', (request, socket, head) => {
    const kind: ConsoleKind = request.url === '/screen' ? 'screen' : 'serial'
    consoles.handleUpgrade({ request, socket, head }, { vmId, kind })
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  const ports = { vmId, vncSocketPath: join(folder, 'vnc'), serialSocketPath: join(folder, 'serial.sock') }
  return {
    consoles,
    ports,
    screen,
    serial,
    open: (kind: ConsoleKind, name?: string) =>
      openViewer(
        `ws://127.0.0.1:${port}/${kind}`,
        name === undefined ? {} : { [consoleSeatHeader]: seatToHeader({ seatId: name, userId: name, name }) },
      ),
    [Symbol.dispose]: () => {
      consoles.close()
      http.close()
      http.closeAllConnections()
      screen.end()
      serial.end()
      rmSync(folder, { recursive: true })
    },
  }
}

async function listen(path: string) {
  const server: Server = createServer()
  const clients: Socket[] = []
  server.on('connection', (client) => {
    client.on('error', () => client.destroy())
    clients.push(client)
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  return {
    clients,
    next: async (): Promise<Socket> => clients.at(-1) ?? firstSocket(await once(server, 'connection')),
    end: () => {
      for (const client of clients) client.destroy()
      server.close()
    },
  }
}

function firstSocket(args: unknown[]): Socket {
  const [socket] = args
  if (typeof socket === 'object' && socket !== null && 'remoteAddress' in socket) return socket as Socket
  throw new Error('a connection event carries a socket')
}

async function openViewer(url: string, headers: Record<string, string>) {
  const socket = new WebSocket(url, ['binary'], { headers })
  const bytes: Buffer[] = []
  const controls: unknown[] = []
  socket.on('message', (data, isBinary) => {
    if (!Buffer.isBuffer(data)) return
    if (isBinary) bytes.push(data)
    else controls.push(JSON.parse(data.toString()))
  })
  const closed = once(socket, 'close')
  await once(socket, 'open')
  return {
    socket,
    controls,
    closed,
    wish: (wish: InputWish) => socket.send(JSON.stringify({ type: 'input', wish })),
    /** Of the last list: name and what he may do. */
    list: () => {
      const last = controls.map((control) => consoleControlSchema.parse(control)).findLast(isList)
      return last?.viewers.map(({ name, kind, input }) => `${name} ${kind} ${input}`)
    },
    text: () => Buffer.concat(bytes).toString(),
    received: () => Buffer.concat(bytes).length,
  }
}

type List = Extract<ConsoleControl, { type: 'viewers' }>
const isList = (control: ConsoleControl): control is List => control.type === 'viewers'

describe('the serial console', () => {
  it('records with nobody attached, replays, and goes on live for every viewer', async () => {
    using opened = await openConsoles()
    opened.consoles.runBegan(opened.ports)
    const guest = await opened.serial.next()
    guest.write('boot\r\n')
    const early = await opened.open('serial')
    await vi.waitFor(() => expect(early.text()).toBe('boot\r\n'))
    const late = await opened.open('serial')
    guest.write('login: ')
    await vi.waitFor(() => expect([early.text(), late.text()]).toEqual(['boot\r\nlogin: ', 'boot\r\nlogin: ']))
    expect(late.controls).toContainEqual({ type: 'replay', bytes: 6, droppedBytes: 0 })
    expect(late.controls).toContainEqual({ type: 'live' })
    late.socket.send(Buffer.from('root\r'))
    expect(String(await once(guest, 'data'))).toBe('root\r')
    early.socket.terminate()
    late.socket.terminate()
  })

  it('stays open over the end of a run, and comes back with the next one', async () => {
    using opened = await openConsoles()
    opened.consoles.runBegan(opened.ports)
    const first = await opened.serial.next()
    const viewer = await opened.open('serial')
    first.write('one ')
    await vi.waitFor(() => expect(viewer.text()).toBe('one '))
    first.destroy()
    await vi.waitFor(() => expect(viewer.controls.at(-1)).toEqual({ type: 'machine', isOn: false }))
    opened.consoles.runEnded(vmId)
    opened.consoles.runBegan(opened.ports)
    await vi.waitFor(() => expect(opened.serial.clients.length).toBe(2))
    opened.serial.clients[1]?.write('two')
    await vi.waitFor(() => expect(viewer.text()).toBe('one two'))
    expect(viewer.controls.at(-1)).toEqual({ type: 'machine', isOn: true })
    viewer.socket.terminate()
  })

  it('never lets a viewer that reads nothing hold up the guest or another viewer', async () => {
    using opened = await openConsoles()
    opened.consoles.runBegan(opened.ports)
    const guest = await opened.serial.next()
    const stalled = await opened.open('serial')
    stalled.socket.pause()
    const live = await opened.open('serial')
    const chunk = Buffer.alloc(1 * MiB, 'x')
    for (let i = 0; i < 64; i++) await new Promise<void>((resolve) => guest.write(chunk, () => resolve()))
    guest.write('END')
    await vi.waitFor(() => expect(live.text().endsWith('END')).toBe(true), { timeout: 20_000 })
    stalled.socket.resume()
    await vi.waitFor(() => expect(stalled.text().endsWith('END')).toBe(true), { timeout: 20_000 })
    // What it missed was cut out, not kept in memory for it.
    expect(stalled.received()).toBeLessThan(16 * MiB)
    live.socket.terminate()
    stalled.socket.terminate()
  })
})

describe('the screen', () => {
  it('passes bytes both ways, whole and in order, for several viewers', async () => {
    using opened = await openConsoles()
    opened.consoles.runBegan(opened.ports)
    const viewer = await opened.open('screen')
    const vnc = await opened.screen.next()
    const frame = Buffer.from(Array.from({ length: 3 * MiB }, (_, index) => index % 253))
    vnc.write(frame)
    await vi.waitFor(() => expect(viewer.received()).toBe(frame.length))
    viewer.socket.send(Buffer.alloc(700_000, 7))
    let typed = 0
    for await (const data of vnc) {
      typed += Buffer.isBuffer(data) ? data.length : 0
      if (typed === 700_000) break
    }
    const second = await opened.open('screen')
    await vi.waitFor(() => expect(opened.screen.clients.length).toBe(2))
    second.socket.terminate()
    viewer.socket.terminate()
  })

  it('stops reading from the machine for a viewer that reads nothing', async () => {
    using opened = await openConsoles()
    opened.consoles.runBegan(opened.ports)
    const viewer = await opened.open('screen')
    const vnc = await opened.screen.next()
    viewer.socket.pause()
    let offered = 0
    while (offered < 64 * MiB && vnc.write(Buffer.alloc(MiB))) offered += MiB
    await vi.waitFor(() => expect(vnc.writableNeedDrain).toBe(true))
    expect(vnc.bytesWritten - vnc.writableLength).toBeLessThan(16 * MiB)
    viewer.socket.terminate()
  })

  it('says by its close code that the machine is off', async () => {
    using opened = await openConsoles()
    const off = await opened.open('screen')
    expect((await off.closed)[0]).toBe(consoleCloseCodes.machineOff)
    opened.consoles.runBegan(opened.ports)
    const viewer = await opened.open('screen')
    ;(await opened.screen.next()).destroy()
    expect((await viewer.closed)[0]).toBe(consoleCloseCodes.machineOff)
  })

  it.each(['screen', 'serial'] as const)(
    'answers a ping on a %s console, and nothing else that is text',
    async (kind) => {
      using opened = await openConsoles()
      opened.consoles.runBegan(opened.ports)
      const viewer = await opened.open(kind)
      const machine = kind === 'screen' ? await opened.screen.next() : await opened.serial.next()
      const taken = once(machine, 'data')
      for (const text of ['hello', '{"type":"pong","id":1}', '{"type":"ping"}', '{"type":"ping","id":7}'])
        viewer.socket.send(text)
      viewer.socket.send(Buffer.from('typed'))
      await vi.waitFor(() => expect(viewer.controls).toContainEqual({ type: 'pong', id: 7 }))
      expect(viewer.controls.filter((control) => JSON.stringify(control).includes('pong'))).toHaveLength(1)
      expect(String((await taken)[0])).toBe('typed')
    },
  )
})

describe('an agent that ends', () => {
  it('says so to every viewer by its close code, and does not wait for one that is stuck', async () => {
    using opened = await openConsoles()
    opened.consoles.runBegan(opened.ports)
    const viewers = [await opened.open('screen'), await opened.open('serial')]
    const stuck = await opened.open('serial')
    stuck.socket.pause()
    await opened.consoles.dismissViewers()
    for (const { closed } of viewers) expect((await closed)[0]).toBe(consoleCloseCodes.agentStopping)
    stuck.socket.terminate()
  })
})

describe('who is at the consoles of a machine', () => {
  it('is told to all of them, of both kinds, as they come and go, by the names that the panel gave', async () => {
    using opened = await openConsoles()
    opened.consoles.runBegan(opened.ports)
    const ada = await opened.open('serial', 'Ada')
    await vi.waitFor(() => expect(ada.list()).toEqual(['Ada serial shares']))
    const bob = await opened.open('screen', 'Bób')
    await vi.waitFor(() => expect(ada.list()).toEqual(['Ada serial shares', 'Bób screen shares']))
    await vi.waitFor(() => expect(bob.list()).toEqual(ada.list()))
    bob.socket.close()
    await vi.waitFor(() => expect(ada.list()).toEqual(['Ada serial shares']))
    ada.socket.terminate()
  })

  it('drops what others type on the serial line while one holds it, and cuts nobody', async () => {
    using opened = await openConsoles()
    opened.consoles.runBegan(opened.ports)
    const guest = await opened.serial.next()
    const typed = collected(guest)
    const ada = await opened.open('serial', 'Ada')
    const bob = await opened.open('serial', 'Bob')
    bob.wish('hold')
    await vi.waitFor(() => expect(ada.list()).toEqual(['Ada serial heldBack', 'Bob serial holds']))
    ada.socket.send(Buffer.from('lost '))
    ada.wish('hold')
    await vi.waitFor(() => expect(bob.list()).toEqual(['Ada serial holds', 'Bob serial heldBack']))
    bob.socket.send(Buffer.from('lost too '))
    bob.socket.send('{"type":"ping","id":1}')
    await vi.waitFor(() => expect(bob.controls).toContainEqual({ type: 'pong', id: 1 }))
    ada.socket.send(Buffer.from('ada'))
    await vi.waitFor(() => expect(typed()).toBe('ada'))
    guest.write('output for all')
    await vi.waitFor(() => expect([ada.text(), bob.text()]).toEqual(['output for all', 'output for all']))
    ada.socket.close()
    await vi.waitFor(() => expect(bob.list()).toEqual(['Bob serial shares']))
    bob.socket.send(Buffer.from(' bob'))
    await vi.waitFor(() => expect(typed()).toBe('ada bob'))
    bob.socket.terminate()
  })

  it('refuses keys that come by no console to all but the one who holds it, and says who that is', async () => {
    using opened = await openConsoles()
    const { consoles } = opened
    const keysOf = (userId: string) => () => consoles.requireTyping({ vmId, kind: 'screen' }, userId)
    expect(keysOf('Ada')).not.toThrow()
    consoles.runBegan(opened.ports)
    const bob = await opened.open('screen', 'Bob')
    const serial = await opened.open('serial', 'Ada')
    serial.wish('hold')
    await vi.waitFor(() => expect(bob.list()).toEqual(['Bob screen shares', 'Ada serial holds']))
    expect(keysOf('Ada')).not.toThrow()
    bob.wish('hold')
    await vi.waitFor(() => expect(bob.list()).toContain('Bob screen holds'))
    const held = { code: 'CONSOLE_HELD', message: 'Bob has taken over the screen.', details: { holder: 'Bob' } }
    expect(keysOf('Ada')).toThrow(expect.objectContaining(held))
    expect(keysOf('')).toThrow(expect.objectContaining(held))
    expect(keysOf('Bob')).not.toThrow()
    bob.wish('share')
    await vi.waitFor(() => expect(keysOf('Ada')).not.toThrow())
    for (const { socket } of [bob, serial]) socket.terminate()
  })

  it('lets go of what was pressed on the screen by whoever loses it, and drops his keys from then on', async () => {
    using opened = await openConsoles()
    opened.consoles.runBegan(opened.ports)
    const viewer = await opened.open('screen', 'Ada')
    const sent = collected(await opened.screen.next())
    const greeting = 'RFB 003.008\n\x01\x01'
    const press = '\x04\x01\0\0\0\0\xff\xe1'
    const release = press.replace('\x01', '\0')
    viewer.socket.send(Buffer.from(greeting + press, 'latin1'))
    await vi.waitFor(() => expect(sent()).toBe(greeting + press))
    viewer.wish('watch')
    await vi.waitFor(() => expect(sent()).toBe(greeting + press + release))
    const wantsPicture = '\x03\x01\0\0\0\0\x01\0\x01\0'
    viewer.socket.send(Buffer.from(press + wantsPicture, 'latin1'))
    await vi.waitFor(() => expect(sent()).toBe(greeting + press + release + wantsPicture))
    viewer.socket.terminate()
  })
})

function collected(socket: Socket): () => string {
  const parts: Buffer[] = []
  socket.on('data', (part: Buffer) => parts.push(part))
  return () => Buffer.concat(parts).toString('latin1')
}
