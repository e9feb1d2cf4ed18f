import { randomUUID } from 'node:crypto'
import pg from 'pg'

export interface ScratchDatabase extends AsyncDisposable {
  url: string
}

/** An empty database beside the one of `url`, for replaying migrations; its role needs CREATEDB. Dropped at the end. */
export async function createScratchDatabase(url: string): Promise<ScratchDatabase> {
  const name = `prisma_migrate_shadow_db_${randomUUID()}`
  await createDatabase(withDatabase(url, name))
  const drop = (): Promise<unknown> =>
    runOnServer(url, (client) => client.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`))
  return { url: withDatabase(url, name), [Symbol.asyncDispose]: async () => void (await drop()) }
}

/** Makes the database that `url` names. */
export async function createDatabase(url: string): Promise<void> {
  const name = databaseOf(url)
  await runOnServer(url, (client) => client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`))
}

export function databaseOf(url: string): string {
  return decodeURIComponent(new URL(url).pathname.slice(1))
}

/** The same server and role, another database. The query stays: it may hold the socket's folder (`host=`) and TLS. */
export function withDatabase(url: string, database: string): string {
  const changed = new URL(url)
  changed.pathname = `/${encodeURIComponent(database)}`
  return changed.href
}

async function runOnServer<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: withDatabase(url, 'postgres') })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
