/**
 * Cuts what is open, consoles and browsers' streams, when the right to it has ended. By looking, and not by event: a
 * session may end in another panel, by its time or in the database itself, and what nobody looks into would live on.
 * While the database is away they stay open.
 */
import type { Logger } from 'pino'
import type { DatabaseClient } from '@berth/prisma/client'
import { findEndedRights, type HeldRight } from '../console/console-right-repo.ts'
import { startTimer } from './background-timer.ts'

const lookMs = 2_000

export interface Holder {
  /** What is open right now. */
  readonly taken: readonly { readonly right: HeldRight; readonly cut: () => void }[]
}

export interface RightKeeperOptions {
  readonly db: DatabaseClient
  readonly holders: readonly Holder[]
  readonly log: Logger
}

export function startRightKeeper({ db, holders, log }: RightKeeperOptions): Disposable {
  return startTimer({ name: 'rights', everyMs: lookMs, log }, async () => {
    const taken = holders.flatMap((holder) => holder.taken)
    if (taken.length === 0) return
    for (const place of await findEndedRights(
      db,
      taken.map((held) => held.right),
    )) {
      const held = taken[place]
      if (held === undefined) continue
      held.cut()
      const { vmId, userId } = held.right
      log.info({ vmId, userId }, vmId === null ? 'stream cut: its right has ended' : 'console cut: its right has ended')
    }
  })
}
