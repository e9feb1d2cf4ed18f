/**
 * A panel's console door as a process under a supervisor, without tickets: each upgrade is for the one machine there is.
 * Says its port; then "open N" whenever the number of its open consoles changed, "refused" when it had to. SIGUSR2 cuts
 * all consoles, as when a right ends; SIGTERM closes the server and ends.
 */
import { createServer } from 'node:http'
import { consolePath } from '@berth/core/agent-contract/agent-contract'
import { houseSchema } from '@berth/core/console/socket-passing'
import { openCertificateAuthority } from '@berth/api/host/certificate-authority'
import type { ConsoleHold } from '@berth/api/console/leash-post'
import { Lifeline } from '@berth/api/console/lifeline'
import { PassingHouse } from '@berth/api/console/passing-house'
import { spliceConsole } from '@berth/api/console/splice-console'

const [house, dir = '', vmId = '', hostId = '', agentPort] = process.argv.slice(2)
const say = (text: string): void => void process.stdout.write(`${text}\n`)
const identity = await (await openCertificateAuthority(dir)).panelIdentity()
const passing = new PassingHouse(houseSchema.parse(house), process)
const open = new Set<Lifeline>()

const server = createServer()
server.on('upgrade', (request, socket, head) => {
  socket.on('error', () => socket.destroy())
  const lifeline = new Lifeline(socket)
  open.add(lifeline)
  say(`open ${open.size}`)
  lifeline.onEnd(() => {
    open.delete(lifeline)
    say(`open ${open.size}`)
  })
  const right = { vmId, userId: '', sessionId: null, apiTokenId: null }
  const seat = { seatId: 'seat', userId: 'user', name: 'Ada' }
  const path = consolePath(vmId, request.url === '/serial' ? 'serial' : 'screen')
  const target = { right, seat, hostId, address: '127.0.0.1', port: Number(agentPort), path }
  const way = { identity, house: passing, onPassed: (leash: ConsoleHold) => lifeline.hold(leash) }
  spliceConsole({ request, socket, head }, target, way).catch(() => {
    say('refused')
    socket.end('HTTP/1.1 502 Refused\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
  })
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  say(`port ${typeof address === 'object' && address !== null ? address.port : 0}`)
})
process.on('SIGUSR2', () => open.forEach((lifeline) => lifeline.cut()))
process.on('SIGTERM', () => {
  open.forEach((lifeline) => lifeline.cut())
  // A server that passed connections asks the other end of the channel before it is closed; a panel has its database to
  // wait with, this one would be gone before the answer.
  const patience = setTimeout(() => undefined, 60_000)
  server.close(() => {
    say('closed')
    clearTimeout(patience)
  })
})
