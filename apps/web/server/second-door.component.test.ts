import { pino } from 'pino'
import { expect, test } from 'vitest'
import { closeServer, createLimitedServer, listen, openSecondDoor } from './http-server.ts'

const log = pino({ level: 'silent' })

test('one server answers at both addresses, and its second door closes with it', async () => {
  const server = createLimitedServer()
  server.on('request', (request, response) => response.end(request.url))
  const port = await listen(server, { host: '127.0.0.1', port: 0 })
  const door = await openSecondDoor(server, { host: '127.0.0.2', port }, log)
  const ask = async (host: string): Promise<string> => (await fetch(`http://${host}:${port}/api/join`)).text()
  expect(await Promise.all(['127.0.0.1', '127.0.0.2'].map(ask))).toEqual(['/api/join', '/api/join'])
  door?.close()
  await closeServer(server, () => undefined)
  await expect(ask('127.0.0.2')).rejects.toThrow()
})

test('an address that is not there costs only the second door', async () => {
  const server = createLimitedServer()
  const port = await listen(server, { host: '127.0.0.1', port: 0 })
  // For documents, so nobody's.
  expect(await openSecondDoor(server, { host: '203.0.113.7', port }, log)).toBeUndefined()
  await closeServer(server, () => undefined)
})
