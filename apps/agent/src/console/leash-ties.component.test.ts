/** Which consoles hang on a post, and until when; with the panel's end in place it is launcher/src/keeping/house's test. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { leashPostAnswer, leashWord } from '@berth/core/console/leash-words'
import { expect, it, vi } from 'vitest'
import { takeTies, type TiedLeash } from './leash-ties.ts'

const soon = () => ({ signal: AbortSignal.timeout(10_000) })

async function connectedPair() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const far = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [near]: Socket[] = await once(server, 'connection')
  server.close()
  if (near === undefined) throw new Error('nobody connected')
  return { far, near }
}

async function openPost(isOpened = true) {
  const [post, browser] = [await connectedPair(), await connectedPair()]
  const own = { end: vi.fn() }
  const leash: TiedLeash & { open: unknown } = {
    ...{ passId: randomUUID(), hold: own, socket: browser.near, onOpened: undefined },
    open: isOpened ? undefined : 'not yet',
  }
  browser.near.on('close', () => leash.hold.end())
  takeTies(post.near, (passId) => (passId === leash.passId ? leash : undefined))
  expect(String((await once(post.far, 'data', soon()))[0])).toBe(leashPostAnswer)
  return {
    ...{ leash, own, panel: post.far, browser: browser.far.resume() },
    say: (verb: 'tie' | 'end') => post.far.write(leashWord(verb, leash.passId)),
    async hears(verb: 'tied' | 'end') {
      expect(String((await once(post.far, 'data', soon()))[0])).toBe(leashWord(verb, leash.passId))
    },
    [Symbol.dispose]: () => [post.far, post.near, browser.far, browser.near].forEach((socket) => socket.destroy()),
  }
}

it('ends the browser’s connection at the panel’s word, and tells the panel when it has ended', async () => {
  using world = await openPost()
  world.say('tie')
  await world.hears('tied')
  world.say('end')
  await Promise.all([once(world.browser, 'close', soon()), world.hears('end')])
  expect(world.own.end).not.toHaveBeenCalled()
})

it('ends all that hang on it with its own end', async () => {
  using world = await openPost()
  world.say('tie')
  await world.hears('tied')
  world.panel.destroy()
  await once(world.browser, 'close', soon())
})

it('ties a console only when it was opened', async () => {
  using world = await openPost(false)
  world.say('tie')
  await vi.waitFor(() => expect(world.leash.onOpened).toBeDefined())
  expect(world.leash.hold).toBe(world.own)
  world.leash.open = undefined
  world.leash.onOpened?.()
  await world.hears('tied')
})

it('leaves a console that was not tied to its own leash', async () => {
  using world = await openPost()
  world.panel.destroy()
  world.browser.destroy()
  await vi.waitFor(() => expect(world.own.end).toHaveBeenCalledOnce())
})

it('closes on words that nobody agreed on', async () => {
  using world = await openPost()
  world.say('tie')
  await world.hears('tied')
  world.panel.write('let me in\n')
  await Promise.all([once(world.panel.resume(), 'close', soon()), once(world.browser, 'close', soon())])
})
