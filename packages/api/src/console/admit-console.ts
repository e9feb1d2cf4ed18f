/**
 * Whether an upgrade to /ws/console/<ticket> may go on, and where to. The ticket is good once, for the user who asked; a
 * browser must also be on our own page and still be signed in as that user. A ticket made by an API token needs no cookie,
 * because the tool that holds it has none.
 */
import type { IncomingHttpHeaders } from 'node:http'
import type { PrismaClient } from '@berth/prisma/client'
import { consolePath } from '@berth/core/agent-contract/agent-contract'
import type { ConsoleSeat } from '@berth/core/console/console-viewer'
import { AppError } from '@berth/core/errors/app-error'
import type { PanelAuth } from '../auth/panel-auth.ts'
import { isOwnOrigin } from '../auth/own-origin.ts'
import { requireHostRow } from '../host/host-repo.ts'
import { requireVmHost } from '../vm/vm-repo.ts'
import type { ConsoleRight } from './console-right-repo.ts'
import { seatOf, splitTicket } from './console-seat.ts'
import { redeemTicket, type RedeemedTicket } from './console-ticket-repo.ts'

export interface ConsoleDoor {
  readonly db: PrismaClient
  readonly auth: PanelAuth
  readonly publicUrl: string | undefined
}

export interface AdmittedConsole {
  readonly right: ConsoleRight
  /** Whom the agent shows to the other viewers. */
  readonly seat: ConsoleSeat
  readonly hostId: string
  readonly address: string
  readonly port: number
  /** On the agent. */
  readonly path: string
}

const refused = (why: string): AppError => new AppError('TICKET_INVALID', why)

/** Throws ORIGIN_FORBIDDEN, TICKET_INVALID, VM_NOT_FOUND. A foreign page is turned away before it can spend the ticket. */
export async function admitConsole(
  door: ConsoleDoor,
  ticketText: string,
  headers: IncomingHttpHeaders,
): Promise<AdmittedConsole> {
  const hasOwnOrigin = isOwnOrigin(headers, door.publicUrl)
  if (headers.origin !== undefined && !hasOwnOrigin) {
    throw new AppError('ORIGIN_FORBIDDEN', 'The Origin header does not name this panel.')
  }
  const { ticket, seatName } = splitTicket(ticketText)
  const redeemed = await redeemTicket(door.db, ticket)
  if (!redeemed) throw refused('It is unknown, or was used already.')
  if (!redeemed.isFresh) throw refused('Its 30 seconds are over.')
  if (!redeemed.isBacked) throw refused('The session or the token that asked for it is gone.')
  if (redeemed.sessionId !== null) await requireSameUser(door, redeemed, { headers, hasOwnOrigin })
  const vm = await requireVmHost(door.db, redeemed.vmId, redeemed.isAdmin ? null : redeemed.userId)
  if (vm.hostId === null) throw new AppError('VM_STATE_CONFLICT', 'The machine is on no host.')
  const host = await requireHostRow(door.db, vm.hostId)
  if (host.revokedAt !== null) throw new AppError('HOST_UNREACHABLE', `The host ${host.name} was revoked.`)
  return {
    right: { ...redeemed, vmId: vm.id },
    seat: await seatOf(door.db, redeemed, seatName),
    hostId: host.id,
    address: host.address,
    port: host.port,
    path: consolePath(vm.id, redeemed.kind),
  }
}

async function requireSameUser(
  door: ConsoleDoor,
  ticket: RedeemedTicket,
  sent: { headers: IncomingHttpHeaders; hasOwnOrigin: boolean },
): Promise<void> {
  if (!sent.hasOwnOrigin) throw new AppError('ORIGIN_FORBIDDEN', 'The upgrade came without an Origin header.')
  const { cookie } = sent.headers
  const caller = cookie === undefined ? null : await door.auth.sessionOf(new Headers({ cookie }))
  if (caller?.userId !== ticket.userId) throw refused('It was made for another session.')
}
