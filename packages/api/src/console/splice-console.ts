/**
 * Brings a browser's upgraded connection to the agent, which speaks WebSocket on it; the panel only replays the handshake
 * and never looks into frames. To an agent beside us the connection itself is passed (pass-socket.ts). To every other one it
 * is spliced, byte for byte, so that a hop costs two copies and no parsing.
 *
 * Owner of both sockets from here on. Invariants: an error or the close of one side ends the other; an end (FIN) of one
 * side is passed on after all bytes before it; a slow side pauses the other, so nothing piles up.
 */
import type { IncomingMessage } from 'node:http'
import { isIP, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect, TLSSocket, type PeerCertificate } from 'node:tls'
import { hostCommonName } from '@berth/core/agent-contract/join'
import { houseHeader } from '@berth/core/console/socket-passing'
import { consoleSeatHeader, seatToHeader } from '@berth/core/console/console-viewer'
import { AppError } from '@berth/core/errors/app-error'
import type { PanelIdentity } from '../host/certificate-authority.ts'
import type { AdmittedConsole } from './admit-console.ts'
import { LeashEar, passSocket } from './pass-socket.ts'
import type { PassingHouse } from './passing-house.ts'
import { RecordGatherer } from './record-gatherer.ts'

const connectTimeoutMs = 10_000

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
  /** The connection was passed: from here on the console's life is that of this leash. */
  readonly onPassed: (leash: Duplex) => void
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
    if (await passSocket({ socket: plain, head }, passing)) return
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

/** A certificate of our authority is not enough: it must be this host's, or one host could pose as another. */
function dialAgent(
  target: AdmittedConsole,
  identity: PanelIdentity,
  onread: RecordGatherer['onread'],
): Promise<TLSSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>()
  const { address: host, port } = target
  const options = {
    ...{ host, port, onread, allowHalfOpen: true },
    ca: identity.caPem,
    cert: identity.certificatePem,
    key: identity.keyPem,
    minVersion: 'TLSv1.3' as const,
    ...(isIP(target.address) ? {} : { servername: target.address }),
    checkServerIdentity: (_name: string, certificate: PeerCertificate) =>
      certificate.subject.CN === hostCommonName(target.hostId)
        ? undefined
        : new Error('the certificate is that of another host'),
  }
  // Node takes `onread` and `allowHalfOpen` here; its types know them for plain connections only.
  const agent = connect(options)
  const fail = (cause: Error): void => {
    agent.destroy()
    reject(new AppError('HOST_UNREACHABLE', `The console of ${target.address} does not answer.`, { cause }))
  }
  agent.setTimeout(connectTimeoutMs, () => fail(new Error('no answer in time')))
  agent.once('error', fail)
  agent.once('secureConnect', () => {
    agent.setTimeout(0)
    agent.off('error', fail)
    agent.setNoDelay(true)
    resolve(agent)
  })
  return promise
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
