import { expect, test } from 'vitest'
import { isDatabaseUnavailable } from './database-errors.ts'
import { openHeardPool } from './heard-pool.ts'
import { createEmptyDatabase } from './test-database.ts'

test('a transaction whose owner stands still lets go of what it holds', async () => {
  await using database = await createEmptyDatabase()
  const open = (name: string) =>
    openHeardPool({ ...database, maxConnections: 1, connectTimeoutMs: 5_000, maxIdleInTransactionMs: 300, name })
  const [still, other] = [open('still'), open('other')]
  try {
    const holder = await still.connect()
    await holder.query('BEGIN')
    await holder.query('SELECT pg_advisory_xact_lock(1)')
    await other.query(`SET lock_timeout = '10s'`)
    await other.query('SELECT pg_advisory_lock(1)')
    // What it hears when it wakes up counts as a database that is away: nothing was written, the same may work later.
    const late: unknown = await holder.query('COMMIT').catch((error: unknown) => error)
    expect(late).toBeInstanceOf(Error)
    expect(isDatabaseUnavailable(late)).toBe(true)
    holder.release(true)
    expect((await still.query('SHOW idle_in_transaction_session_timeout')).rows).toEqual([
      { idle_in_transaction_session_timeout: '300ms' },
    ])
  } finally {
    await Promise.all([still.end(), other.end()])
  }
})
