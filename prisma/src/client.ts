/** The one way to the generated Prisma client: the panel's repos import from here, and nobody else does. */
import { PrismaPg } from '@prisma/adapter-pg'
import { Prisma, PrismaClient } from './generated/prisma/client.ts'
import { openHeardPool } from './heard-pool.ts'

export { Prisma, PrismaClient }
export type * from './generated/prisma/client.ts'

export interface PrismaClientOptions {
  databaseUrl: string
  /** Connections at most. The embedded server takes 100 in all, of every panel, worker and listener. Default: 10. */
  poolSize?: number
}

/** A client inside a transaction: what repos take, so that several of them can share one. */
export type DatabaseClient = Omit<
  PrismaClient,
  '$connect' | '$disconnect' | '$on' | '$use' | '$extends' | '$transaction'
>

// How long a query may wait for a free connection. Without an end, a database that hangs would make every request hang.
const connectionTimeoutMs = 5_000

/** Connects with the first query. End it with `$disconnect()`. */
export function createPrismaClient({ databaseUrl, poolSize = 10 }: PrismaClientOptions): PrismaClient {
  const pool = openHeardPool({
    databaseUrl,
    maxConnections: poolSize,
    connectTimeoutMs: connectionTimeoutMs,
    name: 'berth-panel',
  })
  const adapter = new PrismaPg(pool, { disposeExternalPool: true })
  return new PrismaClient({ adapter })
}
