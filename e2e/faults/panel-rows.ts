/** The panel's rows, read with plain SQL over the embedded server's socket. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { z } from 'zod'

/** Connects for each question: the server may have been killed since the last one. */
export async function queryRows<T extends z.ZodType>(
  dataDir: string,
  row: T,
  [sql, values]: readonly [string, readonly unknown[]],
): Promise<z.infer<T>[]> {
  const client = await connect(dataDir)
  try {
    const { rows } = await client.query(sql, [...values])
    return z.array(row).parse(rows)
  } finally {
    await client.end()
  }
}

/** The postmaster's own file says where its socket is, seen from its cluster. */
export async function connect(dataDir: string): Promise<pg.Client> {
  const cluster = join(dataDir, 'database/cluster')
  const [, , , port = '', socketDir = ''] = (await readFile(join(cluster, 'postmaster.pid'), 'utf8')).split('\n')
  const client = new pg.Client({
    host: join(cluster, socketDir),
    port: Number(port),
    user: 'berth',
    database: 'berth',
    connectionTimeoutMillis: 5000,
  })
  // A server that is killed under an idle connection must not end the test's process.
  client.on('error', () => undefined)
  await client.connect()
  return client
}

/** The pid in the first line of the same file. */
export async function postmasterPid(dataDir: string): Promise<number> {
  return Number((await readFile(join(dataDir, 'database/cluster/postmaster.pid'), 'utf8')).split('\n')[0])
}
