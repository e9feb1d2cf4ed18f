/**
 * Every `upgrade` comes here. /ws/console/<ticket> is the one path there is; while developing, Next's hot reload is the
 * other. Anything else is destroyed: a framework that gets to see foreign upgrades has been a way into the inner network.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { hasErrorCode, toAppError } from '@berth/core/errors/app-error'
import { publicWire } from '@berth/api/trpc/error-map'
import { admitConsole, type ConsoleDoor } from '@berth/api/console/admit-console'
import type { ConsoleSeats } from '@berth/api/console/console-seats'
import type { ConsoleHold } from '@berth/api/console/leash-post'
import { Lifeline } from '@berth/api/console/lifeline'
import type { PassingHouse } from '@berth/api/console/passing-house'
import { spliceConsole } from '@berth/api/console/splice-console'
import type { CertificateAuthority } from '@berth/api/host/certificate-authority'
import type { Logger } from 'pino'
import { statusOf } from './plain-answer.ts'

const consoleUrl = /^\/ws\/console\/([A-Za-z0-9_-]{20,100})$/
const hotReloadUrl = /^\/_next\/(webpack-hmr|hmr)(\?|$)/

export interface UpgradeDoor extends ConsoleDoor {
  readonly seats: ConsoleSeats
  readonly authority: CertificateAuthority
  /** Undefined where no supervisor can pass connections on. */
  readonly house: PassingHouse | undefined
  /** Told of each leash, which ends with the server. */
  readonly track: (leash: ConsoleHold) => void
  readonly log: Logger
  /** Next's own handler, while developing. */
  readonly hotReload: ((request: IncomingMessage, socket: Duplex, head: Buffer) => void) | undefined
}

export function handleUpgrade(door: UpgradeDoor, upgrade: ConsoleUpgradeEvent): void {
  const { request, socket, head } = upgrade
  // Until the splice owns it, a reset by the browser must not become an uncaught error.
  socket.on('error', () => socket.destroy())
  const url = request.url ?? ''
  const ticket = consoleUrl.exec(url)?.[1]
  const isWebSocket = request.method === 'GET' && request.headers.upgrade?.toLowerCase() === 'websocket'
  if (ticket !== undefined && isWebSocket) {
    openConsole(door, ticket, upgrade).catch((error: unknown) => refuse(door, socket, error))
  } else if (door.hotReload && isWebSocket && hotReloadUrl.test(url)) door.hotReload(request, socket, head)
  else socket.destroy()
}

interface ConsoleUpgradeEvent {
  readonly request: IncomingMessage
  readonly socket: Duplex
  readonly head: Buffer
}

async function openConsole(door: UpgradeDoor, ticket: string, upgrade: ConsoleUpgradeEvent): Promise<void> {
  const target = await admitConsole(door, ticket, upgrade.request.headers)
  const { vmId, userId } = target.right
  const lifeline = new Lifeline(upgrade.socket)
  const leave = door.seats.take(target.right, () => lifeline.cut())
  lifeline.onEnd(leave)
  if (upgrade.socket.destroyed) return
  const onPassed = (leash: ConsoleHold): void => {
    lifeline.hold(leash)
    door.track(leash)
  }
  const { house } = door
  await spliceConsole(upgrade, target, { identity: await door.authority.panelIdentity(), house, onPassed })
  door.log.debug({ vmId, userId }, 'console opened')
}

function refuse(door: UpgradeDoor, socket: Duplex, error: unknown): void {
  const known = toAppError(error)
  if (!hasErrorCode(error, 'TICKET_INVALID', 'ORIGIN_FORBIDDEN')) door.log.warn({ err: error }, 'console not opened')
  const body = JSON.stringify({ error: publicWire(known, '') })
  const head = [`HTTP/1.1 ${statusOf(known)} Refused`, 'content-type: application/json', 'connection: close']
  socket.end([...head, `content-length: ${Buffer.byteLength(body)}`, '', body].join('\r\n'))
}
