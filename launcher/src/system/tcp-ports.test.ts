import { createServer } from 'node:net'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { checkPort, listeningInodes, listensOn, pickFreePort, requirePort } from './tcp-ports.ts'

test('a port that somebody holds is taken, with the name of the holder, and free afterwards', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (!address || typeof address === 'string') throw new Error('a TCP server has a port')
  expect(await checkPort(address.port, '127.0.0.1')).toBe('taken')
  await expect(requirePort(address.port, '127.0.0.1')).rejects.toThrow(
    new RegExp(
      `^Port ${address.port} is taken by .*\\(pid ${process.pid}\\)\\. Choose another: \\./berth up --port N$`,
    ),
  )
  expect(await listensOn(process.pid, address.port)).toBe(true)
  expect(await listensOn(1, address.port)).toBe(false)
  server.close()
  await once(server, 'close')
  expect(await checkPort(address.port, '127.0.0.1')).toBe('free')
})

test('an address of another computer', async () => {
  await expect(requirePort(await pickFreePort(), '192.0.2.1')).rejects.toThrow('has no address 192.0.2.1')
})

test('only listening sockets of exactly this port count', () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0
   1: 0100007F:1F90 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 100 0 0 10 0
   2: 0100007F:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 0 100 0 0 10 0`
  expect(listeningInodes(table, 8080)).toEqual(['4711'])
})
