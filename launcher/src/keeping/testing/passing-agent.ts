/**
 * An agent's console end as a process under a supervisor: mutual TLS, passed connections, the real relay to unix sockets.
 * Says its port, then of each console which way it came. A deaf one answers offers, and never hears of what is passed.
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { join } from 'node:path'
import { leashPostPath } from '@berth/core/console/leash-words'
import { houseSchema } from '@berth/core/console/socket-passing'
import { vmIdSchema } from '@berth/core/ids/ids'
import { Consoles, type Upgrade } from '@berth/agent/src/console/consoles.ts'
import { PassedSockets } from '@berth/agent/src/console/passed-sockets.ts'

const [house, dir = '', vmIdText, hearing] = process.argv.slice(2)
const vmId = vmIdSchema.parse(vmIdText)
const file = (name: string): string => readFileSync(join(dir, name), 'utf8')
const consoles = new Consoles(() => dir)
consoles.runBegan({ vmId, vncSocketPath: join(dir, 'vnc'), serialSocketPath: join(dir, 'serial.sock') })
const deaf = { connected: true, on: () => process.on('message', () => undefined) }
const passed = new PassedSockets(houseSchema.parse(house), hearing === 'deaf' ? deaf : process, 1_000)

const names = { ca: file('ca.pem'), cert: file('cert.pem'), key: file('key.pem') }
const server = createServer({ ...names, requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3' })
server.on('upgrade', (request, socket, head) => {
  if (request.url === leashPostPath) return passed.takePost(socket)
  const kind = request.url?.endsWith('serial') === true ? 'serial' : 'screen'
  const open = (way: string, upgrade: Upgrade): void => {
    process.stdout.write(`${way}\n`)
    consoles.handleUpgrade(upgrade, { vmId, kind })
  }
  const upgrade = { request, socket, head }
  if (!passed.accept(upgrade, (whole) => open('passed', whole))) open('spliced', upgrade)
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.stdout.write(`port ${typeof address === 'object' && address !== null ? address.port : 0}\n`)
})
