/**
 * Databases for tests: `await using db = await createTestDatabase()`.
 *
 * With DATABASE_URL_TEST or DATABASE_URL they are made on that server (its role needs CREATEDB), else on an embedded
 * server that lives as long as the test run. Each is a copy of a template that the migrations were applied to once,
 * which takes 30 ms instead of 300.
 */
import { createHash, randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { createPrismaClient, type PrismaClient } from './client.ts'
import { startTestServer } from './embedded-test-server.ts'
import { migrate, ownMigrationsDir, readMigrations } from './migrate.ts'
import { externalTestUrl } from './testing/env.ts'

export interface TestDatabase extends AsyncDisposable {
  databaseUrl: string
  prisma: PrismaClient
}

interface TestServer {
  adminUrl: string
  template: string
}

export interface EmptyDatabase extends AsyncDisposable {
  databaseUrl: string
}

/** A migrated database of the test's own, dropped at its end. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = await testServer()
  const empty = await createDatabase(server, server.template)
  const prisma = createPrismaClient({ databaseUrl: empty.databaseUrl, poolSize: 5 })
  const dispose = async (): Promise<void> => {
    await prisma.$disconnect()
    await empty[Symbol.asyncDispose]()
  }
  return { databaseUrl: empty.databaseUrl, prisma, [Symbol.asyncDispose]: dispose }
}

/** A database without any table, for tests of the migrations themselves. */
export async function createEmptyDatabase(): Promise<EmptyDatabase> {
  return createDatabase(await testServer(), 'template0')
}

let started: Promise<TestServer> | undefined

/** One per process: test files in one worker share it. */
function testServer(): Promise<TestServer> {
  started ??= prepareServer()
  return started
}

async function prepareServer(): Promise<TestServer> {
  const adminUrl = externalTestUrl() ?? (await startTestServer())
  const template = await templateName()
  await runSql(adminUrl, async (client) => {
    // Several workers may share an external server: the first makes the template while the others wait here.
    await client.query('SELECT pg_advisory_lock(hashtext($1))', [template])
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [template])
    if (rowCount === 0) await makeTemplate(client, { adminUrl, template })
  })
  return { adminUrl, template }
}

/** Under another name until it is complete: a database that anybody is connected to cannot be copied. */
async function makeTemplate(client: pg.Client, { adminUrl, template }: TestServer): Promise<void> {
  const unfinished = `${template}_unfinished`
  await client.query(`DROP DATABASE IF EXISTS ${unfinished} WITH (FORCE)`)
  await client.query(`CREATE DATABASE ${unfinished} TEMPLATE template0`)
  await migrate({ databaseUrl: withDatabase(adminUrl, unfinished) })
  await client.query(`ALTER DATABASE ${unfinished} RENAME TO ${template}`)
}

/** Named after what the migrations contain, so that a changed migration never meets an old template. */
async function templateName(): Promise<string> {
  const hash = createHash('sha256')
  for (const { name, checksum } of await readMigrations(ownMigrationsDir)) hash.update(name + checksum)
  return `berth_template_${hash.digest('hex').slice(0, 12)}`
}

async function createDatabase(server: TestServer, template: string): Promise<EmptyDatabase> {
  const name = `berth_test_${randomUUID().replaceAll('-', '')}`
  await runSql(server.adminUrl, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`))
  const drop = (): Promise<unknown> =>
    runSql(server.adminUrl, async (client) => {
      await waitUntilLeft(client, name)
      await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    })
  return {
    databaseUrl: withDatabase(server.adminUrl, name),
    [Symbol.asyncDispose]: async () => void (await drop()),
  }
}

/** Pools say goodbye a moment after their end; a connection that is cut then is an error that nobody listens to any more. */
async function waitUntilLeft(client: pg.Client, name: string): Promise<void> {
  const deadline = performance.now() + 2_000
  while (performance.now() < deadline) {
    const { rows } = await client.query('SELECT 1 FROM pg_stat_activity WHERE datname = $1', [name])
    if (rows.length === 0) return
    await delay(20)
  }
}

async function runSql<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

function withDatabase(url: string, database: string): string {
  const changed = new URL(url)
  changed.pathname = `/${database}`
  return changed.href
}
