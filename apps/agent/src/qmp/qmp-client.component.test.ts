import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { connectQmp, QmpClient } from './qmp-client.ts'

const dir = mkdtempSync(join(tmpdir(), 'berth-qmpc-'))
afterAll(() => rmSync(dir, { recursive: true }))
let count = 0

const requestSchema = z.object({ execute: z.string().optional(), 'exec-oob': z.string().optional(), id: z.string() })
type Request = z.infer<typeof requestSchema>
interface Peer {
  send: (message: unknown) => void
  socket: Socket
}
type Handle = (request: Request, peer: Peer) => void

const greeting = { QMP: { version: { qemu: { major: 9, minor: 1, micro: 0 }, package: 'x' }, capabilities: ['oob'] } }
const timestamp = { seconds: 1, microseconds: 0 }
const stop = { event: 'STOP', timestamp }
const acceptAll: Handle = ({ id }, peer) => peer.send({ return: {}, id })

/** A peer that misbehaves as a real QEMU cannot be made to. `handle` sees what comes after qmp_capabilities. */
async function serve(handle: Handle, greet: (peer: Peer) => void = (peer) => peer.send(greeting)) {
  const socketPath = join(dir, `s${++count}`)
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    const peer = { socket, send: (message: unknown) => void socket.write(`${JSON.stringify(message)}\r\n`) }
    greet(peer)
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      for (const line of chunk.toString().split('\n').filter(Boolean)) {
        const request = requestSchema.parse(JSON.parse(line))
        if (request.execute === 'qmp_capabilities') acceptAll(request, peer)
        else handle(request, peer)
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
  return {
    socketPath,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** The states that a client goes through until its link is over, as "from>to:CODE". */
async function sequence(socketPath: string, use: (client: QmpClient) => Promise<unknown>): Promise<string[]> {
  const states: string[] = []
  const client = new QmpClient({
    socketPath,
    greetingTimeoutMs: 300,
    onTransition: ({ from, to, cause }) => states.push(`${from}>${to}${cause === undefined ? '' : `:${cause.code}`}`),
  })
  await client.open().then(
    () => use(client),
    () => undefined,
  )
  await client.closed
  client.close()
  return states
}

const untilRunning = ['idle>connecting', 'connecting>running']

describe('the states of a connection', () => {
  it('closed by us', async () => {
    await using qemu = await serve(acceptAll)
    const states = await sequence(qemu.socketPath, async (client) => client.close())
    expect(states).toEqual([...untilRunning, 'running>closed:QMP_INTERRUPTED'])
  })

  it.each<[string, (peer: Peer) => void, string]>([
    ['nothing is said', () => undefined, 'QMP_UNAVAILABLE'],
    ['it closes at once', ({ socket }) => socket.end(), 'QMP_UNAVAILABLE'],
    ['it is no QEMU', ({ socket }) => void socket.write('RFB 003.008\n'), 'QMP_PROTOCOL'],
    ['an event comes before the greeting', ({ send }) => send(stop), 'QMP_PROTOCOL'],
    [
      'capabilities are refused',
      ({ send }) => [greeting, { error: { class: 'X', desc: 'no' } }].forEach(send),
      'QMP_PROTOCOL',
    ],
    ['it greets twice', ({ send }) => [greeting, greeting].forEach(send), 'QMP_PROTOCOL'],
  ])('never runs when %s', async (_name, greet, code) => {
    await using qemu = await serve(acceptAll, greet)
    expect(await sequence(qemu.socketPath, async () => undefined)).toEqual([
      'idle>connecting',
      `connecting>closed:${code}`,
    ])
  })

  it('runs although an event comes before capabilities are accepted', async () => {
    await using qemu = await serve(acceptAll, ({ send }) => [greeting, stop].forEach(send))
    const states = await sequence(qemu.socketPath, async (client) => client.close())
    expect(states).toEqual([...untilRunning, 'running>closed:QMP_INTERRUPTED'])
  })

  it('never runs without a socket, nor when cancelled', async () => {
    const states = await sequence(join(dir, 'none'), async () => undefined)
    expect(states).toEqual(['idle>connecting', 'connecting>closed:QMP_UNAVAILABLE'])
    await using qemu = await serve(acceptAll)
    const cancelled = connectQmp({ socketPath: qemu.socketPath, signal: AbortSignal.abort() })
    await expect(cancelled).rejects.toMatchObject({ code: 'OPERATION_CANCELLED' })
  })

  it.each<[string, Handle]>([
    ['a line is not JSON', (_request, { socket }) => void socket.write('{"return"\n')],
    ['an answer is to no command', (_request, { send }) => send({ return: {}, id: 'other' })],
    ['an error has no id', (_request, { send }) => send({ error: { class: 'X', desc: 'bad JSON' } })],
    ['a line never ends', (_request, { socket }) => void socket.write(Buffer.alloc(11 * 1024 * 1024, 'x'))],
  ])('ends by QMP_PROTOCOL when %s; the waiter is interrupted with that cause', async (_name, handle) => {
    await using qemu = await serve(handle)
    const states = await sequence(qemu.socketPath, async (client) => {
      await expect(client.execute('stop', {})).rejects.toMatchObject({
        code: 'QMP_INTERRUPTED',
        details: { command: 'stop', wasSent: true },
        cause: { code: 'QMP_PROTOCOL' },
      })
    })
    expect(states).toEqual([...untilRunning, 'running>closed:QMP_PROTOCOL'])
  })
})

describe('commands', () => {
  it('refuses a reply that lacks what is in use, and goes on', async () => {
    await using qemu = await serve(({ execute, id }, { send }) =>
      send({ return: execute === 'query-status' ? { running: true, status: 'running' } : {}, id }),
    )
    using client = await connectQmp(qemu)
    await expect(client.execute('query-status', {})).rejects.toMatchObject({
      code: 'QMP_PROTOCOL',
      details: { mismatch: 'singlestep: missing' },
    })
    await client.execute('cont', {})
  })

  it('answers by id, in whatever order replies come', async () => {
    const ids: string[] = []
    await using qemu = await serve(({ id }, { send }) => {
      ids.push(id)
      if (ids.length === 3) for (const each of ids.toReversed()) send({ return: `reply to ${each}`, id: each })
    })
    using client = await connectQmp(qemu)
    const get = (): Promise<unknown> => client.execute('qom-get', { path: '/x', property: 'p' })
    const replies = await Promise.all([get(), get(), get()])
    expect(replies).toEqual(ids.map((id) => `reply to ${id}`))
  })

  it('is cancelled by its signal, and its late answer goes to nobody', async () => {
    const controller = new AbortController()
    await using qemu = await serve(({ execute, id }, { send }) => {
      if (execute === 'stop') controller.abort()
      send({ return: {}, id })
    })
    using client = await connectQmp(qemu)
    const cancelled = client.execute('stop', {}, { signal: controller.signal })
    await expect(cancelled).rejects.toMatchObject({ code: 'OPERATION_CANCELLED', details: { wasSent: true } })
    await client.execute('cont', {})
  })

  it('bounds what waits, and says that nothing was sent', async () => {
    await using qemu = await serve(() => undefined)
    using client = await connectQmp(qemu)
    const waiting = Array.from({ length: 256 }, () => client.execute('cont', {}).catch((error: unknown) => error))
    await expect(client.execute('cont', {})).rejects.toMatchObject({ code: 'QMP_UNAVAILABLE' })
    client.close()
    const outcomes = await Promise.all(waiting)
    expect(
      outcomes.every((error) => error instanceof Error && 'code' in error && error.code === 'QMP_INTERRUPTED'),
    ).toBe(true)
  })

  it('records a routine question only when it fails', async () => {
    await using qemu = await serve(({ execute, id }, { send }) =>
      send(execute === 'query-balloon' ? { error: { class: 'DeviceNotActive', desc: 'no' }, id } : { return: {}, id }),
    )
    using client = await connectQmp(qemu)
    await client.execute('cont', {}, { isRoutine: true })
    await expect(client.execute('query-balloon', {}, { isRoutine: true })).rejects.toMatchObject({
      code: 'QMP_REFUSED',
    })
    const names = client.recorder.read().filter(({ direction }) => direction !== 'event')
    expect(names.map(({ direction, name }) => `${direction} ${name}`)).toEqual([
      'command query-balloon',
      'error query-balloon',
    ])
  })
})

describe('listeners', () => {
  it('are cut when they are too slow, and only they', async () => {
    await using qemu = await serve(({ id }, { send }) => [stop, stop, stop, { return: {}, id }].forEach(send))
    using client = await connectQmp(qemu)
    using slow = client.listen(['STOP'], { maxQueued: 2 })
    using fast = client.listen(['STOP'])
    await client.execute('stop', {})
    await expect(slow.next({ timeoutMs: 1_000 })).rejects.toMatchObject({
      message: expect.stringContaining('too slow'),
    })
    for (let index = 0; index < 3; index++) await fast.next({ timeoutMs: 1_000 })
  })

  it('give what came before an answer as soon as the answer is there', async () => {
    await using qemu = await serve(({ id }, { send }) => [stop, stop, { return: {}, id }].forEach(send))
    using client = await connectQmp(qemu)
    using listener = client.listen(['STOP'])
    await client.execute('stop', {})
    expect(listener.takeQueued().map(({ name }) => name)).toEqual(['STOP', 'STOP'])
    expect(listener.takeQueued()).toEqual([])
  })

  it('end for an event that lacks what is in use: a silent listener would wait for ever', async () => {
    const malformed = { event: 'SHUTDOWN', data: { guest: true }, timestamp }
    await using qemu = await serve(({ id }, { send }) => [malformed, { return: {}, id }].forEach(send))
    using client = await connectQmp(qemu)
    using shutdowns = client.listen(['SHUTDOWN'])
    using stops = client.listen(['STOP'])
    await client.execute('stop', {})
    await expect(shutdowns.next({ timeoutMs: 1_000 })).rejects.toMatchObject({ code: 'QMP_PROTOCOL' })
    await expect(stops.next({ timeoutMs: 20 })).rejects.toMatchObject({ code: 'QMP_TIMEOUT' })
  })

  it('can be read in a loop, which ends with an error when the link dies', async () => {
    await using qemu = await serve((_request, { send, socket }) => {
      for (const event of [stop, { event: 'RESUME', timestamp }, { event: 'RTC_CHANGE', data: {}, timestamp }])
        send(event)
      socket.end()
    })
    using client = await connectQmp(qemu)
    const listener = client.listen(['STOP', 'RESUME'])
    const failed = client.execute('stop', {}).catch((error: unknown) => error)
    const names: string[] = []
    const loop = async (): Promise<void> => {
      for await (const event of listener) names.push(event.name)
    }
    await expect(loop()).rejects.toMatchObject({ code: 'QMP_INTERRUPTED' })
    expect(names).toEqual(['STOP', 'RESUME'])
    expect(await failed).toMatchObject({ code: 'QMP_INTERRUPTED' })
    await expect(client.listen(['STOP']).next({ timeoutMs: 1_000 })).rejects.toMatchObject({ code: 'QMP_UNAVAILABLE' })
  })
})
