/** The panel's rows, read with plain SQL: over the embedded server's socket, or from the server that DATABASE_URL named. */
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

export async function connect(dataDir: string): Promise<pg.Client> {
  const url = await foreignDatabaseUrl(dataDir)
  const address = url === null ? await embeddedAddress(dataDir) : { connectionString: url }
  const client = new pg.Client({ ...address, connectionTimeoutMillis: 5000 })
  // A server that is killed under an idle connection must not end the test's process.
  client.on('error', () => undefined)
  await client.connect()
  return client
}

const settingsSchema = z.object({ databaseUrl: z.string().nullable() })

/** Of a server that is not this Berth's own, as the launcher remembers it; else null. */
export async function foreignDatabaseUrl(dataDir: string): Promise<string | null> {
  const settings: unknown = JSON.parse(await readFile(join(dataDir, 'run/settings.json'), 'utf8'))
  return settingsSchema.parse(settings).databaseUrl
}

/** The postmaster's own file says where its socket is, seen from its cluster. */
async function embeddedAddress(dataDir: string): Promise<pg.ClientConfig> {
  const cluster = join(dataDir, 'database/cluster')
  const [, , , port = '', socketDir = ''] = (await readFile(join(cluster, 'postmaster.pid'), 'utf8')).split('\n')
  return { host: join(cluster, socketDir), port: Number(port), user: 'berth', database: 'berth' }
}

/** The pid in the first line of the same file. */
export async function postmasterPid(dataDir: string): Promise<number> {
  return Number((await readFile(join(dataDir, 'database/cluster/postmaster.pid'), 'utf8')).split('\n')[0])
}
