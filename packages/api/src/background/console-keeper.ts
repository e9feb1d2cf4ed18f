/**
 * Cuts consoles whose right has ended. By looking, and not by event: a session may end in another panel, by its time or in
 * the database itself, and a splice that nobody looks into would live on. While the database is away they stay open.
 */
import type { Logger } from 'pino'
import type { DatabaseClient } from '@berth/prisma/client'
import { findEndedRights } from '../console/console-right-repo.ts'
import type { ConsoleSeats } from '../console/console-seats.ts'
import { startTimer } from './background-timer.ts'

const lookMs = 2_000

export interface ConsoleKeeperOptions {
  readonly db: DatabaseClient
  readonly seats: ConsoleSeats
  readonly log: Logger
}

export function startConsoleKeeper({ db, seats, log }: ConsoleKeeperOptions): Disposable {
  return startTimer({ name: 'console rights', everyMs: lookMs, log }, async () => {
    const { taken } = seats
    if (taken.length === 0) return
    for (const place of await findEndedRights(
      db,
      taken.map((seat) => seat.right),
    )) {
      const seat = taken[place]
      if (seat === undefined) continue
      seat.cut()
      log.info({ vmId: seat.right.vmId, userId: seat.right.userId }, 'console cut: its right has ended')
    }
  })
}
