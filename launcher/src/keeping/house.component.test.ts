/** Consoles over real processes: a browser's connection goes from the panel's process to the agent's, or is spliced. */
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { expect, test, vi } from 'vitest'
import { openPassingWorld, type PassingWorld, type TestProcess } from './testing/passing-world.ts'

const MiB = 1024 * 1024
const withinMs = 15_000
const soon = { timeout: withinMs }

/** Sends them in frames of 200 kB, and resolves when as many have come back; true when they are the same. */
async function echoes(browser: WebSocket, bytes: number): Promise<boolean> {
  const sent = randomBytes(bytes)
  const back = createHash('sha256')
  let left = bytes
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  browser.onmessage = ({ data }) => {
    if (!(data instanceof ArrayBuffer)) return
    back.update(Buffer.from(data))
    left -= data.byteLength
    if (left <= 0) resolve()
  }
  browser.onclose = () => reject(new Error(`closed with ${left} bytes to come`))
  for (let at = 0; at < bytes; at += 200_000) browser.send(sent.subarray(at, at + 200_000))
  await promise
  return createHash('sha256').update(sent).digest('hex') === back.digest('hex')
}

async function closes(browser: WebSocket): Promise<void> {
  if (browser.readyState !== WebSocket.CLOSED) await once(browser, 'close', { signal: AbortSignal.timeout(withinMs) })
}

const ways = ({ agent }: PassingWorld): string[] => agent.said.filter((line) => !line.startsWith('port'))
const lastOf = ({ said }: TestProcess): string | undefined => said.at(-1)

test('20 MB go both ways whole while the panel stands still: no byte goes through it', async () => {
  await using world = await openPassingWorld()
  const browser = await world.open()
  expect(ways(world)).toEqual(['passed'])
  world.panel.child.kill('SIGSTOP')
  expect(await echoes(browser, 20 * MiB)).toBe(true)
  world.panel.child.kill('SIGCONT')
  browser.close()
  await vi.waitFor(() => expect(lastOf(world.panel)).toBe('open 0'), soon)
})

test('twenty-five that open at once, and speak as soon as they may, lose nothing', async () => {
  await using world = await openPassingWorld()
  for (let round = 0; round < 3; round++) {
    const browsers = await Promise.all(
      Array.from({ length: 25 }, async () => {
        const browser = await world.open()
        expect(await echoes(browser, 30_000)).toBe(true)
        return browser
      }),
    )
    for (const browser of browsers) browser.close()
    await vi.waitFor(() => expect(lastOf(world.panel)).toBe('open 0'), soon)
  }
  expect(new Set(ways(world))).toEqual(new Set(['passed']))
})

test('bytes right behind the handshake arrive, too', async () => {
  await using world = await openPassingWorld()
  const frame = Buffer.from([0x82, 0x85, 0, 0, 0, 0, ...Buffer.from('early')])
  const socket = world.dial(frame)
  await vi.waitFor(() => expect(world.screen.clients[0]?.bytesRead).toBe(5), soon)
  expect(ways(world)).toEqual(['passed'])
  socket.destroy()
  await vi.waitFor(() => expect(lastOf(world.panel)).toBe('open 0'), soon)
})

test.each([
  ['the agent is of another house', { agentHouse: 'another-house/agent' }],
  ['the supervisor does not know the agent', { isAgentKnown: false }],
])('it is spliced when %s', async (_why, wish) => {
  await using world = await openPassingWorld(wish)
  const browser = await world.open()
  expect(ways(world)).toEqual(['spliced'])
  expect(await echoes(browser, 20 * MiB)).toBe(true)
  browser.close()
  await vi.waitFor(() => expect(lastOf(world.panel)).toBe('open 0'), soon)
})

test('a connection that gets lost on its way is refused in words, and the next ones are spliced', async () => {
  await using world = await openPassingWorld({ isAgentDeaf: true })
  const socket = world.dial()
  const [answer] = await once(socket, 'data', { signal: AbortSignal.timeout(withinMs) })
  expect(String(answer)).toMatch(/^HTTP\/1\.1 502 /)
  await vi.waitFor(() => expect(world.panel.said.slice(-2)).toEqual(['refused', 'open 0']), soon)
  const browser = await world.open()
  expect(ways(world)).toEqual(['spliced'])
  expect(await echoes(browser, 100_000)).toBe(true)
  browser.close()
})

test.each([
  ['the right to it ends', (world: PassingWorld) => world.panel.child.kill('SIGUSR2')],
  ['the panel dies', (world: PassingWorld) => world.panel.child.kill('SIGKILL')],
  ['the agent dies', (world: PassingWorld) => world.agent.child.kill('SIGKILL')],
])('a passed console is cut on all sides when %s', async (_why, end) => {
  await using world = await openPassingWorld()
  const browsers = [await world.open(), await world.open('serial')]
  expect(ways(world)).toEqual(['passed', 'passed'])
  end(world)
  await Promise.all(browsers.map(closes))
  await vi.waitFor(() => expect(world.screen.clients[0]?.destroyed).toBe(true), soon)
  if (world.panel.child.signalCode === null) {
    await vi.waitFor(() => expect(lastOf(world.panel)).toBe('open 0'), soon)
  }
})

test('without a supervisor open consoles go on, new ones are spliced, and the panel still ends by itself', async () => {
  await using world = await openPassingWorld()
  const before = await world.open()
  for (const { child } of [world.panel, world.agent]) child.disconnect()
  expect(await echoes(before, MiB)).toBe(true)
  const after = await world.open()
  expect(await echoes(after, MiB)).toBe(true)
  expect(ways(world)).toEqual(['passed', 'spliced'])
  const ended = once(world.panel.child, 'exit')
  world.panel.child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
})

test('a panel that passed connections closes its server at once, and its channel does not keep it', async () => {
  await using world = await openPassingWorld()
  const browsers = [await world.open(), await world.open()]
  const ended = once(world.panel.child, 'exit', { signal: AbortSignal.timeout(withinMs) })
  world.panel.child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
  // Its last words may still be in the pipe.
  await vi.waitFor(() => expect(lastOf(world.panel)).toBe('closed'), soon)
  await Promise.all(browsers.map(closes))
})

test('a tab that reads nothing holds up only itself, also over the serial port that all share', async () => {
  await using world = await openPassingWorld()
  // With nobody listening Node reads no more than its buffer holds.
  const stalled = [world.dial(), world.dial(undefined, 'serial')]
  await vi.waitFor(() => expect(ways(world)).toEqual(['passed', 'passed']), soon)
  await vi.waitFor(() => expect(world.screen.clients.length).toBe(1), soon)
  const [screen, serial] = [world.screen.clients[0], world.serial.clients[0]]
  const live = await world.open('serial')
  const text: string[] = []
  live.onmessage = ({ data }) => data instanceof ArrayBuffer && text.push(Buffer.from(data).toString())
  await offer(screen, 64 * MiB)
  expect((screen?.bytesWritten ?? 0) - (screen?.writableLength ?? 0)).toBeLessThan(16 * MiB)
  for (let sent = 0; sent < 32; sent++) await written(serial, Buffer.alloc(MiB, 'x'))
  await written(serial, Buffer.from('END'))
  await vi.waitFor(() => expect(text.at(-1)?.endsWith('END')).toBe(true), soon)
  live.close()
  for (const socket of stalled) socket.destroy()
})

/** Writes until the other side takes no more. */
async function offer(socket: Socket | undefined, mostBytes: number): Promise<void> {
  if (socket === undefined) throw new Error('nobody is there to write to')
  let offered = 0
  while (offered < mostBytes && socket.write(Buffer.alloc(MiB))) offered += MiB
  await vi.waitFor(() => expect(socket.writableNeedDrain).toBe(true), soon)
}

async function written(socket: Socket | undefined, data: Buffer): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  socket?.write(data, () => resolve())
  await promise
}
