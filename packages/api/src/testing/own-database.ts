/** A database server of a test's own, for tests that take it away from a panel that runs. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startEmbeddedPostgres } from '@berth/prisma/embedded-postgres'

export interface OwnDatabase extends AsyncDisposable {
  readonly databaseUrl: string
  kill(): void
  stop(): Promise<void>
  /** At the same address, with what was committed. */
  start(): Promise<void>
  /** A connection that can end all others. */
  openCutter(): Promise<Cutter>
}

export interface Cutter extends AsyncDisposable {
  /** How many were ended; each hears 57P01 and is closed. */
  cutAll(): Promise<number>
}

export async function startOwnDatabase(): Promise<OwnDatabase> {
  const dir = await mkdtemp(join(tmpdir(), 'berth-own-database-'))
  const start = () => startEmbeddedPostgres({ dir })
  let server = await start()
  return {
    databaseUrl: server.url,
    kill: () => void process.kill(server.pid, 'SIGKILL'),
    stop: () => server.stop(),
    start: async () => {
      server = await start()
    },
    openCutter: () => openCutter(server.url),
    [Symbol.asyncDispose]: async () => {
      await server.stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

async function openCutter(databaseUrl: string): Promise<Cutter> {
  const client = new pg.Client({ connectionString: databaseUrl })
  // It is cut itself when the server stops.
  client.on('error', () => undefined)
  await client.connect()
  return {
    async cutAll() {
      const { rowCount } = await client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE pid <> pg_backend_pid() AND datname = current_database()`)
      return rowCount ?? 0
    },
    [Symbol.asyncDispose]: () => client.end(),
  }
}
