/** Slow truth for operations: those that nobody works on are queued again, and old ones leave. Any panel may do it, also twice. */
import type { Logger } from 'pino'
import type { PrismaClient } from '@berth/prisma/client'
import { deleteOldEvents } from '../events/outbox-repo.ts'
import { deleteDeadJobs, deleteOldOperations, requeueForsaken } from '../operation/operation-lease-repo.ts'
import { startTimer } from './background-timer.ts'

const sweepMs = 4_000
const cleanMs = 3_600_000
/** A promise of the product: a task can be looked up for at least 30 days. */
const keepDays = 35
/** Longer than any browser's reconnect; one that comes back later reads everything again. */
const keepEventsMs = 6 * 3_600_000

export function startOperationSweeper(db: PrismaClient, log: Logger): Disposable {
  const sweep = startTimer({ name: 'operation sweep', everyMs: sweepMs, log }, async () => {
    const ids = await requeueForsaken(db)
    if (ids.length > 0) log.info({ operationIds: ids }, 'forsaken operations queued again')
  })
  const clean = startTimer({ name: 'retention', everyMs: cleanMs, log }, async () => {
    await deleteOldOperations(db, keepDays)
    await deleteDeadJobs(db)
    await deleteOldEvents(db, keepEventsMs)
  })
  return {
    [Symbol.dispose]: () => {
      sweep[Symbol.dispose]()
      clean[Symbol.dispose]()
    },
  }
}
