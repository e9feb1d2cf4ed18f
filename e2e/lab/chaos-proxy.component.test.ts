import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { expect, test, vi } from 'vitest'
import { openChaosProxy, type ChaosProxy } from './chaos-proxy.ts'
import { seededRandom } from './chaos-settings.ts'

interface TestServer extends AsyncDisposable {
  readonly port: number
  readonly connections: Socket[]
  /** All that came, over all connections. */
  heard: () => string
}

/** Answers what it hears, unless `isDeaf`: then it reads nothing. */
async function startServer({ isDeaf = false, isSilent = false } = {}): Promise<TestServer> {
  const connections: Socket[] = []
  let heard = ''
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    connections.push(socket)
    socket.on('error', () => undefined)
    if (isDeaf) return
    socket.on('data', (bytes: Buffer) => {
      heard += bytes.toString('latin1')
      if (!isSilent) socket.write(bytes)
    })
    socket.on('end', () => socket.end())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    connections,
    heard: () => heard,
    async [Symbol.asyncDispose]() {
      for (const socket of connections) socket.destroy()
      await new Promise((closed) => server.close(closed))
    },
  }
}

interface TestClient extends Disposable {
  readonly socket: Socket
  heard: () => string
  /** "open", "ended", or the error's code. */
  fate: () => string
  closed: Promise<unknown>
}

function dial(port: number): TestClient {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true })
  let heard = ''
  let fate = 'open'
  socket.on('data', (bytes: Buffer) => (heard += bytes.toString('latin1')))
  socket.on('end', () => (fate = 'ended'))
  socket.on('error', (error: NodeJS.ErrnoException) => (fate = error.code ?? 'error'))
  return {
    socket,
    heard: () => heard,
    fate: () => fate,
    // `once` of node:events would reject with the error.
    closed: new Promise((resolve) => socket.once('close', resolve)),
    [Symbol.dispose]: () => void socket.destroy(),
  }
}

const proxyTo = (server: TestServer, seed = 1): Promise<ChaosProxy> =>
  openChaosProxy({ target: { host: '127.0.0.1', port: server.port }, seed })

const eventually = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 5_000, interval: 2 })

async function answered(client: TestClient, text: string): Promise<number> {
  const startedAt = performance.now()
  const before = client.heard()
  client.socket.write(text)
  await eventually(() => expect(client.heard()).toBe(before + text))
  return performance.now() - startedAt
}

test('calm, it passes all bytes and both ends, and counts them', async () => {
  await using server = await startServer()
  await using proxy = await proxyTo(server)
  using client = dial(proxy.port)
  const text = 'x'.repeat(3_000_000)
  client.socket.end(text)
  await client.closed
  expect(client.fate()).toBe('ended')
  expect(client.heard()).toBe(text)
  await eventually(() =>
    expect(proxy.counts).toMatchObject({
      accepted: 1,
      open: 0,
      bytesToServer: text.length,
      bytesToClient: text.length,
    }),
  )
})

test('each way has its own delay, for all or only for new connections', async () => {
  await using server = await startServer()
  await using proxy = await proxyTo(server)
  using old = dial(proxy.port)
  await answered(old, 'first')
  await proxy.set({ toServer: { delayMs: 60 } }, 'new')
  expect(await answered(old, 'quick')).toBeLessThan(60)
  using young = dial(proxy.port)
  expect(await answered(young, 'one way')).toBeGreaterThanOrEqual(59)
  await proxy.set({ toClient: { delayMs: 40 } })
  expect(await answered(young, 'both ways')).toBeGreaterThanOrEqual(99)
  expect(await answered(old, 'only back')).toBeGreaterThanOrEqual(39)
})

test('jitter is the same for the same seed, and never changes the order', async () => {
  const draw = seededRandom(7)
  const again = seededRandom(7)
  const drawn = Array.from({ length: 1_000 }, draw)
  expect(Array.from({ length: 1_000 }, again)).toEqual(drawn)
  expect(new Set(drawn).size).toBeGreaterThan(990)
  expect(Math.min(...drawn)).toBeLessThan(0.05)
  expect(Math.max(...drawn)).toBeGreaterThan(0.95)

  await using server = await startServer()
  await using proxy = await proxyTo(server)
  await proxy.set({ toServer: { jitterMs: 15 } })
  using client = dial(proxy.port)
  const sent = Array.from({ length: 40 }, (_, index) => `${index},`)
  for (const text of sent) {
    client.socket.write(text)
    await new Promise(setImmediate)
  }
  await eventually(() => expect(server.heard()).toBe(sent.join('')))
})

test('a reset reaches both ends', async () => {
  await using server = await startServer()
  await using proxy = await proxyTo(server)
  using client = dial(proxy.port)
  await answered(client, 'hello')
  const atServer = new Promise((resolve) => server.connections[0]?.once('error', resolve))
  expect(proxy.reset()).toBe(1)
  await client.closed
  expect(client.fate()).toBe('ECONNRESET')
  expect(await atServer).toMatchObject({ code: 'ECONNRESET' })
  expect(proxy.counts).toMatchObject({ resets: 1 })
})

test('when the server vanishes, the client is not told and its words are lost; new connections work', async () => {
  await using server = await startServer()
  await using proxy = await proxyTo(server)
  using client = dial(proxy.port)
  await answered(client, 'hello')
  const atServer = new Promise((resolve) => server.connections[0]?.once('close', resolve))
  proxy.vanish('server')
  await atServer
  client.socket.write('is anybody there')
  using other = dial(proxy.port)
  await answered(other, 'still here')
  expect(client.fate()).toBe('open')
  expect(client.heard()).toBe('hello')
  expect(server.heard()).toBe('hellostill here')
})

test('with one way cut the other goes on, and what was held comes when it is mended', async () => {
  await using server = await startServer()
  await using proxy = await proxyTo(server)
  using client = dial(proxy.port)
  await answered(client, 'a')
  await proxy.set({ toClient: { flow: 'hold' } })
  client.socket.write('bcd')
  await eventually(() => expect(proxy.counts.mostHeldBytes).toBeGreaterThanOrEqual(3))
  expect(server.heard()).toBe('abcd')
  expect(client.heard()).toBe('a')
  await proxy.set({ toClient: { flow: 'pass' } })
  await eventually(() => expect(client.heard()).toBe('abcd'))
})

test('a cut link holds everything, also an end and a reset, and nothing is lost', async () => {
  await using server = await startServer({ isSilent: true })
  await using proxy = await proxyTo(server)
  using client = dial(proxy.port)
  client.socket.write('before ')
  await eventually(() => expect(server.heard()).toBe('before '))
  await proxy.cut()
  client.socket.write('meanwhile')
  using newcomer = dial(proxy.port)
  newcomer.socket.write(' newcomer')
  const [atServer] = server.connections
  atServer?.resetAndDestroy()
  await eventually(() => expect(proxy.counts).toMatchObject({ accepted: 2 }))
  expect(client.fate()).toBe('open')
  expect(server.heard()).toBe('before ')
  expect(server.connections).toHaveLength(1)
  await proxy.heal()
  await client.closed
  expect(client.fate()).toBe('ECONNRESET')
  await eventually(() => expect(server.heard()).toBe('before  newcomer'))
})

test('what is swallowed is accepted and never arrives, also when it is mended', async () => {
  await using server = await startServer()
  await using proxy = await proxyTo(server)
  using client = dial(proxy.port)
  await answered(client, 'a')
  await proxy.set({ toServer: { flow: 'swallow' } })
  client.socket.write('lost')
  await eventually(() => expect(proxy.counts.bytesSwallowed).toBe(4))
  await proxy.heal()
  await answered(client, 'z')
  expect(server.heard()).toBe('az')
})

test('a door that refuses is a port that nobody listens on; open again, it is the same port', async () => {
  await using server = await startServer()
  await using proxy = await proxyTo(server)
  using old = dial(proxy.port)
  await answered(old, 'a')
  await proxy.set({ door: 'refuse' })
  using refused = dial(proxy.port)
  await refused.closed
  expect(refused.fate()).toBe('ECONNREFUSED')
  await answered(old, 'b')
  await proxy.set({ door: 'open' })
  using welcome = dial(proxy.port)
  await answered(welcome, 'c')
})

test('a server that does not listen is a reset for the client, and counted', async () => {
  await using server = await startServer()
  const { port } = server
  await server[Symbol.asyncDispose]()
  await using proxy = await openChaosProxy({ target: { host: '127.0.0.1', port } })
  using client = dial(proxy.port)
  await client.closed
  expect(client.fate()).toBe('ECONNRESET')
  expect(proxy.counts).toMatchObject({ refusedByServer: 1 })
})

test.each(['reset', 'hold'] as const)('after so many bytes, to the byte, the connection is cut: %s', async (then) => {
  await using server = await startServer({ isSilent: true })
  await using proxy = await proxyTo(server)
  await proxy.set({ toServer: { limit: { bytes: 1_000, then } } })
  using client = dial(proxy.port)
  client.socket.write('x'.repeat(600))
  client.socket.write('y'.repeat(600))
  await eventually(() => expect(server.heard()).toBe('x'.repeat(600) + 'y'.repeat(400)))
  if (then === 'reset') {
    await client.closed
    expect(client.fate()).toBe('ECONNRESET')
    return
  }
  expect(client.fate()).toBe('open')
  await proxy.heal()
  await eventually(() => expect(server.heard()).toBe('x'.repeat(600) + 'y'.repeat(600)))
})

test('a bandwidth is kept', async () => {
  await using server = await startServer({ isSilent: true })
  await using proxy = await proxyTo(server)
  await proxy.set({ toServer: { bytesPerSecond: 1_000_000 } })
  using client = dial(proxy.port)
  const startedAt = performance.now()
  client.socket.write('x'.repeat(200_000))
  await eventually(() => expect(server.heard()).toHaveLength(200_000))
  expect(performance.now() - startedAt).toBeGreaterThan(180)
})

test('a reader that does not read stops the sender, and the proxy holds no more than it may', async () => {
  await using server = await startServer({ isDeaf: true })
  const maxHeldBytes = 128 * 1024
  await using proxy = await openChaosProxy({ target: { host: '127.0.0.1', port: server.port }, maxHeldBytes })
  using client = dial(proxy.port)
  const offered = 64 * 2 ** 20
  client.socket.write(Buffer.alloc(offered))
  await eventually(() => expect(proxy.counts.mostHeldBytes).toBeGreaterThanOrEqual(maxHeldBytes))
  await settled(() => proxy.counts.bytesToServer)
  // What was read in one go before it stopped may lie above the limit.
  expect(proxy.counts.mostHeldBytes).toBeLessThan(maxHeldBytes + 2 * 65_536)
  expect(client.socket.writableLength).toBeGreaterThan(offered / 2)
  server.connections[0]?.resume()
  await eventually(() => expect(proxy.counts.bytesToServer).toBe(offered))
  expect(proxy.counts.mostHeldBytes).toBeLessThan(maxHeldBytes + 2 * 65_536)
})

/** Resolves when the figure has stood still for many turns of the loop: the kernel's buffers are full. */
async function settled(figure: () => number): Promise<void> {
  let last = -1
  for (let calm = 0; calm < 200;) {
    await new Promise(setImmediate)
    calm = figure() === last ? calm + 1 : 0
    last = figure()
  }
}
