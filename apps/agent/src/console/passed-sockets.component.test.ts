/** What the agent does with leashes and parcels that do not belong together; the whole way is launcher/src/keeping/house's test. */
import { randomUUID } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { connect, createServer as createPlainServer, type AddressInfo, type Socket } from 'node:net'
import { houseHeader, readLeashAnswer, takenWord } from '@berth/core/console/socket-passing'
import { expect, it, vi } from 'vitest'
import { PassedSockets } from './passed-sockets.ts'

const houseId = randomUUID()

async function openLeash() {
  const channel = Object.assign(new EventEmitter(), { connected: true })
  const passed = new PassedSockets({ houseId, name: 'agent' }, channel, 300)
  const open = vi.fn()
  const http = createServer().listen(0, '127.0.0.1')
  http.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    passed.accept({ request, socket, head }, open)
  })
  const plain = createPlainServer().listen(0, '127.0.0.1')
  await Promise.all([once(http, 'listening'), once(plain, 'listening')])
  const leash = connect((http.address() as AddressInfo).port, '127.0.0.1')
  leash.write(
    `GET / HTTP/1.1\r\nhost: a\r\nconnection: Upgrade\r\nupgrade: websocket\r\n${houseHeader}: ${houseId}\r\n\r\n`,
  )
  const parcel = readLeashAnswer(String((await once(leash, 'data'))[0]))
  const browser = connect((plain.address() as AddressInfo).port, '127.0.0.1')
  const [socket] = await once(plain, 'connection')
  return {
    ...{ channel, open, leash, parcel, browser, socket },
    [Symbol.dispose]: () => {
      for (const end of [leash, browser]) end.destroy()
      http.close()
      plain.close()
    },
  }
}

const soon = () => ({ signal: AbortSignal.timeout(10_000) })

it('closes a connection that no leash waits for', async () => {
  using world = await openLeash()
  world.channel.emit('message', { to: 'agent', passId: randomUUID() }, world.socket)
  await once(world.browser.resume(), 'close', soon())
  expect(world.open).not.toHaveBeenCalled()
})

it('closes both when "go" never comes', async () => {
  using world = await openLeash()
  world.channel.emit('message', world.parcel, world.socket)
  expect(String((await once(world.leash, 'data', soon()))[0])).toBe(takenWord)
  await Promise.all([once(world.leash, 'close', soon()), once(world.browser.resume(), 'close', soon())])
  expect(world.open).not.toHaveBeenCalled()
})

it('closes a leash that says "go" before its connection came', async () => {
  using world = await openLeash()
  world.leash.write('go \n')
  await once(world.leash.resume(), 'close', soon())
  expect(world.open).not.toHaveBeenCalled()
})
