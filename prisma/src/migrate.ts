/**
 * Applies the migrations folder when the panel starts, without the Prisma CLI.
 *
 * It keeps Prisma's own table and takes Prisma's own lock, so that `prisma migrate` and this may be used on one database,
 * and any number of panels may start at once: one applies, the others wait and find nothing to do. Each migration is one
 * transaction with its row: it is applied and recorded, or neither.
 */
import { createHash, randomUUID } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { AppError } from '@berth/core/errors/app-error'

export interface MigrateOptions {
  databaseUrl: string
  /** Default: this package's own. */
  migrationsDir?: string
}

export interface Migration {
  name: string
  sql: string
  checksum: string
}

export const ownMigrationsDir = fileURLToPath(new URL('../migrations', import.meta.url))

// Prisma's key: its CLI waits for the same lock.
const advisoryLock = 72707369

/**
 * Returns the names that were applied, in order; empty when the database was up to date. Throws DATABASE_UNAVAILABLE when
 * it cannot be reached, and INTERNAL when a migration fails, failed earlier, or was edited after it was applied.
 */
export async function migrate({ databaseUrl, migrationsDir = ownMigrationsDir }: MigrateOptions): Promise<string[]> {
  const migrations = await readMigrations(migrationsDir)
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'berth-migrate' })
  // A server that ends closes us with an error that belongs to no query; the next query says so, and this one is enough.
  client.on('error', () => undefined)
  try {
    await client.connect()
  } catch (cause) {
    throw new AppError('DATABASE_UNAVAILABLE', 'The database cannot be reached', { cause, component: 'database' })
  }
  try {
    // Of the session: it ends with the connection, whatever happens to us.
    await client.query('SELECT pg_advisory_lock($1)', [advisoryLock])
    return await applyMissing(client, migrations)
  } finally {
    await client.end()
  }
}

async function applyMissing(client: pg.Client, migrations: readonly Migration[]): Promise<string[]> {
  const recorded = await readRecorded(client)
  const applied: string[] = []
  for (const migration of migrations) {
    const checksum = recorded.get(migration.name)
    if (checksum === undefined) {
      await apply(client, migration)
      applied.push(migration.name)
    } else if (checksum !== migration.checksum) {
      throw failure(migration.name, 'was edited after it was applied')
    }
  }
  return applied
}

async function apply(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  await client.query('BEGIN')
  try {
    await client.query(sql)
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), 1)`,
      [randomUUID(), checksum, name],
    )
    await client.query('COMMIT')
  } catch (cause) {
    // A broken connection rolls back by itself, and must not hide the cause.
    await client.query('ROLLBACK').catch(() => undefined)
    throw failure(name, 'failed and was rolled back', cause)
  }
}

/** Checksums by name. A row without an end is one that Prisma's CLI, which uses no transaction, left half-applied. */
async function readRecorded(client: pg.Client): Promise<Map<string, string>> {
  await client.query(`CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum VARCHAR(64) NOT NULL,
    finished_at TIMESTAMPTZ,
    migration_name VARCHAR(255) NOT NULL,
    logs TEXT,
    rolled_back_at TIMESTAMPTZ,
    started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count INTEGER NOT NULL DEFAULT 0
  )`)
  const { rows } = await client.query<{ migration_name: string; checksum: string; finished_at: Date | null }>(
    'SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL',
  )
  const unfinished = rows.find((row) => row.finished_at === null)
  if (unfinished) throw failure(unfinished.migration_name, 'was begun earlier and never finished')
  return new Map(rows.map((row) => [row.migration_name, row.checksum]))
}

/** The migrations in a folder, in the order of their names. */
export async function readMigrations(dir: string): Promise<Migration[]> {
  const entries = await readdir(dir, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(join(dir, name, 'migration.sql'), 'utf8')
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    }),
  )
}

function failure(name: string, what: string, cause?: unknown): AppError {
  const reason = cause instanceof Error ? `: ${cause.message}` : ''
  return new AppError('INTERNAL', `The database migration ${name} ${what}${reason}`, {
    cause,
    component: 'database',
    phase: 'migrate',
    details: { migration: name },
  })
}
