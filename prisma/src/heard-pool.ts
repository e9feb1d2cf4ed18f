/**
 * Pools whose connections always have somebody who hears their errors.
 *
 * A connection that the server ends (57P01 when it restarts) or that breaks says so by an 'error' event, and one that nobody
 * hears ends the process. pg's own pool listens only while a connection is idle: not in the moment in which it has been
 * handed out and whoever asked has not been told yet, and not while a pool that was ended is still closing.
 */
import pg from 'pg'

export interface HeardPoolOptions {
  readonly databaseUrl: string
  readonly maxConnections: number
  /** How long one may wait for a free connection. */
  readonly connectTimeoutMs: number
  /** What pg_stat_activity shows. */
  readonly name: string
  /** Between two statements of a transaction; then the server ends the connection. Default: 10 s. */
  readonly maxIdleInTransactionMs?: number
}

// Of a panel that stands still in the middle of a transaction, or whose host is gone without a word, nobody hears for hours,
// and no other could take over the operations whose rows it holds. Shorter than their leases.
const longestIdleInTransactionMs = 10_000

/** Whoever uses a connection hears of its end by his query, and the pool makes another. End it with `end()`. */
export function openHeardPool(options: HeardPoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: options.databaseUrl,
    max: options.maxConnections,
    connectionTimeoutMillis: options.connectTimeoutMs,
    application_name: options.name,
    idle_in_transaction_session_timeout: options.maxIdleInTransactionMs ?? longestIdleInTransactionMs,
    // A server that is gone without a word is noticed after minutes, and not never.
    keepAlive: true,
  })
  pool.on('error', ignore)
  pool.on('connect', (client) => client.on('error', ignore))
  return pool
}

const ignore = (): void => undefined
