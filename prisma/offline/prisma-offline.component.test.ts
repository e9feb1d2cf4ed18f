/** The CLI with our engine, as developers use it, on a real server. Each command is a process of its own and takes 2 to 3 s. */
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { expect, test } from 'vitest'
import { migrate, ownMigrationsDir } from '../src/migrate.ts'
import { createEmptyDatabase } from '../src/test-database.ts'

const cli = fileURLToPath(new URL('./prisma.ts', import.meta.url))

async function prisma(databaseUrl: string, args: readonly string[]): Promise<{ code: number | null; output: string }> {
  const env = { ...process.env, DATABASE_URL: databaseUrl }
  const child = spawn(process.execPath, [cli, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { code, output: stdout + stderr }
}

async function makeProject(schema: string) {
  const dir = await mkdtemp(join(tmpdir(), 'berth-prisma-'))
  const config = join(dir, 'prisma.config.mjs')
  const setSchema = (models: string): Promise<void> =>
    writeFile(join(dir, 'schema.prisma'), `datasource db {\n  provider = "postgresql"\n}\n${models}\n`)
  const addMigration = async (name: string, sql: string): Promise<void> => {
    await mkdir(join(dir, 'migrations', name), { recursive: true })
    await writeFile(join(dir, 'migrations', name, 'migration.sql'), sql)
  }
  await setSchema(schema)
  await writeFile(
    config,
    `export default {
      schema: ${JSON.stringify(join(dir, 'schema.prisma'))},
      migrations: { path: ${JSON.stringify(join(dir, 'migrations'))} },
      datasource: { url: process.env.DATABASE_URL },
    }`,
  )
  const remove = (): Promise<void> => rm(dir, { recursive: true, force: true })
  return { dir, config, setSchema, addMigration, [Symbol.asyncDispose]: remove }
}

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows.flatMap((row) => Object.values(row))
  } finally {
    await client.end()
  }
}

const scratchSql = "SELECT datname FROM pg_database WHERE datname LIKE 'prisma_migrate_%'"

const functionSql = "CREATE FUNCTION greet() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN 'a;b'; END $$;"

test('migrate dev writes and applies a migration, after hand-written SQL with dollar quotes', async () => {
  await using database = await createEmptyDatabase()
  await using project = await makeProject('model Thing {\n  id Int @id\n  tags String[]\n}')
  await project.addMigration('20260101000000_function', functionSql)
  const made = await prisma(database.databaseUrl, ['migrate', 'dev', '--config', project.config, '--name', 'thing'])
  expect(made.output).toContain('Your database is now in sync with your schema')
  expect(made.code).toBe(0)
  expect(await ask(database.databaseUrl, 'SELECT greet()')).toEqual(['a;b'])
  expect((await readdir(join(project.dir, 'migrations'))).some((name) => name.endsWith('_thing'))).toBe(true)

  const applied = await migrate({ databaseUrl: database.databaseUrl, migrationsDir: join(project.dir, 'migrations') })
  expect(applied, "the panel's migrator finds nothing to do").toEqual([])
  expect(await ask(database.databaseUrl, scratchSql), 'scratch databases are gone').toEqual([])
})

test("Prisma finds what the panel's migrator applied up to date, and the schema equal to its migrations", async () => {
  await using database = await createEmptyDatabase()
  await migrate({ databaseUrl: database.databaseUrl })
  const status = await prisma(database.databaseUrl, ['migrate', 'status'])
  expect(status.output).toContain('Database schema is up to date')
  expect(status.code).toBe(0)
  const diff = ['migrate', 'diff', '--exit-code', '--to-schema', 'schema.prisma']
  expect(await prisma(database.databaseUrl, [...diff, '--from-migrations', ownMigrationsDir])).toMatchObject({
    code: 0,
  })
  expect(await ask(database.databaseUrl, scratchSql), 'scratch databases are gone').toEqual([])
  expect(await prisma(database.databaseUrl, [...diff, '--from-config-datasource'])).toMatchObject({ code: 0 })
})

test('a change that would lose data is announced and not made', async () => {
  await using database = await createEmptyDatabase()
  await using project = await makeProject('model Thing {\n  id Int @id\n  name String\n}')
  const run = (...args: string[]) => prisma(database.databaseUrl, [...args, '--config', project.config])
  expect(await run('db', 'push')).toMatchObject({ code: 0 })
  await ask(database.databaseUrl, `INSERT INTO "Thing" VALUES (1, 'kept')`)
  await project.setSchema('model Thing {\n  id Int @id\n}')
  const push = await run('db', 'push')
  expect(push.output).toContain('data loss')
  expect(push.code).not.toBe(0)
  expect(await ask(database.databaseUrl, 'SELECT name FROM "Thing"')).toEqual(['kept'])
})

test('a migration that fails is named with its reason', async () => {
  await using database = await createEmptyDatabase()
  await using project = await makeProject('model Thing {\n  id Int @id\n}')
  await project.addMigration('20260101000000_bad', 'SELECT no_such_function()')
  const deploy = await prisma(database.databaseUrl, ['migrate', 'deploy', '--config', project.config])
  expect(deploy.output).toContain('20260101000000_bad')
  expect(deploy.output).toContain('no_such_function() does not exist')
  expect(deploy.code).toBe(1)
})

test('a server that is not there is an error, never a silent success', async () => {
  const deploy = await prisma('postgresql://localhost:1/none', ['migrate', 'deploy'])
  expect(deploy.output).toContain('P1001')
  expect(deploy.code).toBe(1)
})
