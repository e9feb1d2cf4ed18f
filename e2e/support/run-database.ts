/** The run's own database on a server of the caller's (DATABASE_URL), so that no run meets the rows of another. */
import { randomBytes } from 'node:crypto'
import pg from 'pg'

export interface RunDatabase {
  /** Of the server, with a database that the tests leave alone; its role needs CREATEDB. */
  serverUrl: string
  url: string
}

export async function createRunDatabase(serverUrl: string): Promise<RunDatabase> {
  const url = new URL(serverUrl)
  url.pathname = `/berth_e2e_${randomBytes(6).toString('hex')}`
  await runSql(serverUrl, `CREATE DATABASE ${nameOf(url.href)}`)
  return { serverUrl, url: url.href }
}

/** A database that is gone already is no error. */
export async function dropRunDatabase({ serverUrl, url }: RunDatabase): Promise<void> {
  await runSql(serverUrl, `DROP DATABASE IF EXISTS ${nameOf(url)} WITH (FORCE)`)
}

const nameOf = (url: string): string => new URL(url).pathname.slice(1)

async function runSql(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
