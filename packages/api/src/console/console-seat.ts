/**
 * Which open console a connection belongs to, and whose it is. A browser names its console with each ticket it asks for, so
 * that one that reconnects is known again: by the audit, which keeps one record, and by the agent, which shows one viewer.
 */
import { createHash, randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { DatabaseClient } from '@berth/prisma/client'
import type { ConsoleSeat } from '@berth/core/console/console-viewer'
import { newBearerSecret } from '../auth/bearer-secret.ts'
import type { ConsoleRight } from './console-right-repo.ts'

/** Made up by the browser, once per console that it opens. */
export const seatNameSchema = z.string().regex(/^[A-Za-z0-9]{16,40}$/)

/** A ticket may contain every sign that an address allows here, so its length tells where it ends. */
const ticketLength = newBearerSecret('console').length
const separator = '-'

/** What stands in the address behind /ws/console/. The ticket alone is secret, and opens; the rest is a name. */
export const ticketWithSeat = (ticket: string, seatName: string | undefined): string =>
  seatName === undefined ? ticket : `${ticket}${separator}${seatName}`

export function splitTicket(text: string): { ticket: string; seatName: string | undefined } {
  const seatName = seatNameSchema.safeParse(text.slice(ticketLength + separator.length)).data
  return { ticket: seatName === undefined ? text : text.slice(0, ticketLength), seatName }
}

/** The same for the same console of the same sign-in; nobody can sit on another's seat by its name. */
export async function seatOf(
  db: DatabaseClient,
  right: ConsoleRight,
  seatName: string | undefined,
): Promise<ConsoleSeat> {
  const { userId, sessionId, apiTokenId } = right
  const user = await db.user.findUnique({ where: { id: userId }, select: { name: true } })
  const token = apiTokenId && (await db.apiToken.findUnique({ where: { id: apiTokenId }, select: { name: true } }))
  const name = user?.name ?? 'Somebody'
  const seatId = seatName === undefined ? randomUUID() : digest(userId, sessionId ?? apiTokenId ?? '', seatName)
  return { seatId, userId, name: (token ? `${name} (token ${token.name})` : name).slice(0, 200) }
}

const digest = (...parts: string[]): string => createHash('sha256').update(parts.join(' ')).digest('hex').slice(0, 32)
