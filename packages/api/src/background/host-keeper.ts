/**
 * Keeps the picture of hosts true: follows the host table, says which were heard from, and calls those offline that no
 * panel has heard for 10 s. Machines' states follow from their host's when they are shown; nothing is written to them.
 */
import type { Logger } from 'pino'
import type { PrismaClient } from '@berth/prisma/client'
import { silenceMs } from '../agents/agent-client.ts'
import type { AgentPool } from '../agents/agent-pool.ts'
import { markSilentHosts, touchHosts } from '../agents/host-link-repo.ts'
import type { LiveFiguresStore } from '../agents/live-figures-store.ts'
import { startTimer } from './background-timer.ts'

const touchMs = 2_500
const refreshMs = 5_000
const dayMs = 86_400_000

export interface HostKeeperOptions {
  readonly db: PrismaClient
  readonly agents: AgentPool
  readonly live: LiveFiguresStore
  readonly log: Logger
}

export function startHostKeeper({ db, agents, live, log }: HostKeeperOptions): Disposable {
  const touch = startTimer({ name: 'host heartbeat', everyMs: touchMs, log }, async () => {
    // Those heard from first: right after a panel's start, or after the database was away, all look silent.
    await touchHosts(db, agents.onlineHostIds())
    const gone = await markSilentHosts(db, silenceMs + touchMs)
    if (gone.length > 0) log.warn({ hostIds: gone }, 'hosts are silent')
  })
  const refresh = startTimer({ name: 'host table', everyMs: refreshMs, log }, async () => {
    await agents.refresh()
    live.dropStale()
  })
  const certificates = startTimer({ name: 'certificates', everyMs: dayMs, log }, () => agents.keepCertificates())
  return {
    [Symbol.dispose]: () => {
      certificates[Symbol.dispose]()
      touch[Symbol.dispose]()
      refresh[Symbol.dispose]()
    },
  }
}
