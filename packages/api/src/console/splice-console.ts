/**
 * Brings a browser's upgraded connection to the agent, which speaks WebSocket on it; the panel only replays the handshake
 * and never looks into frames. To an agent beside us the connection itself is passed (pass-socket.ts). To every other one it
 * is spliced, byte for byte, so that a hop costs two copies and no parsing.
 *
 * Owner of both sockets from here on. Invariants: an error or the close of one side ends the other; an end (FIN) of one
 * side is passed on after all bytes before it; a slow side pauses the other, so nothing piles up.
 */
import type { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { houseHeader } from '@berth/core/console/socket-passing'
import { consoleSeatHeader, seatToHeader } from '@berth/core/console/console-viewer'
import type { PanelIdentity } from '../host/certificate-authority.ts'
import type { AdmittedConsole } from './admit-console.ts'
import { dialAgent } from './dial-agent.ts'
import type { ConsoleHold } from './leash-post.ts'
import { LeashEar, passSocket } from './pass-socket.ts'
import type { PassingHouse } from './passing-house.ts'
import { RecordGatherer } from './record-gatherer.ts'

/** Of the browser's handshake, these alone go to the agent: no cookie, no origin, no extension. */
const passedHeaders = ['sec-websocket-key', 'sec-websocket-version', 'sec-websocket-protocol'] as const

export interface ConsoleUpgrade {
  readonly request: IncomingMessage
  readonly socket: Duplex
  /** What the browser sent right behind its handshake. */
  readonly head: Buffer
}

export interface ConsoleWay {
  readonly identity: PanelIdentity
  /** Undefined: every console is spliced. */
  readonly house: PassingHouse | undefined
  /** The connection was passed: from here on the console's life is that of this leash; then of another, when it is tied. */
  readonly onPassed: (leash: ConsoleHold) => void
}

/** Resolves once the browser is joined to the agent. Throws HOST_UNREACHABLE while the browser can still be told. */
export async function spliceConsole(upgrade: ConsoleUpgrade, target: AdmittedConsole, way: ConsoleWay): Promise<void> {
  const { request, socket, head } = upgrade
  const { house } = way
  // A TLS connection is more than its socket: its keys are in this process.
  const plain = socket instanceof Socket && !(socket instanceof TLSSocket) ? socket : undefined
  const offer = plain && house?.offer
  const gatherer = new RecordGatherer(socket)
  const ear = offer === undefined ? undefined : new LeashEar()
  gatherer.preview = ear?.preview
  const agent = await dialAgent(target, way.identity, gatherer.onread)
  agent.write(handshake(request, target, offer))
  const parcel = await ear?.answerOf(agent)
  if (plain && house && ear && parcel) {
    const passing = { house, parcel, ear, leash: agent, onPassed: () => way.onPassed(agent) }
    if (await passSocket({ socket: plain, head }, passing)) {
      await house.posts.tie(
        `${target.hostId} ${target.address} ${target.port}`,
        { passId: parcel.passId, connection: agent, onTied: way.onPassed },
        () => dialAgent(target, way.identity),
      )
      return
    }
    agent.destroy()
    return spliceConsole(upgrade, target, { ...way, house: undefined })
  }
  if (socket.destroyed) {
    agent.destroy()
    return
  }
  if (head.length > 0) agent.write(head)
  request.socket.setTimeout(0)
  request.socket.setNoDelay(true)
  endTogether(socket, agent)
  socket.pipe(agent)
  gatherer.join(agent)
}

function handshake(request: IncomingMessage, target: AdmittedConsole, offer: string | undefined): string {
  const lines = passedHeaders.flatMap((name) => {
    const value = request.headers[name]
    return value === undefined ? [] : [`${name}: ${value}`]
  })
  const start = [
    `GET ${target.path} HTTP/1.1`,
    `host: ${target.address}:${target.port}`,
    `${consoleSeatHeader}: ${seatToHeader(target.seat)}`,
  ]
  if (offer !== undefined) start.push(`${houseHeader}: ${offer}`)
  return [...start, 'connection: Upgrade', 'upgrade: websocket', ...lines, '', ''].join('\r\n')
}

function endTogether(a: Duplex, b: Duplex): void {
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const) {
    // A reset while the other side is still being written is how consoles end; the close that follows does the work.
    one.on('error', () => other.destroy())
    one.on('close', () => other.destroy())
  }
}
