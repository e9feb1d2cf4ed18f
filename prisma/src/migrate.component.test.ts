import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { expect, test } from 'vitest'
import { migrate, ownMigrationsDir, readMigrations } from './migrate.ts'
import { createEmptyDatabase } from './test-database.ts'

async function makeMigrations(files: Record<string, string>) {
  const dir = await mkdtemp(join(tmpdir(), 'berth-migrations-'))
  const write = async (name: string, sql: string): Promise<void> => {
    await mkdir(join(dir, name), { recursive: true })
    await writeFile(join(dir, name, 'migration.sql'), sql)
  }
  for (const [name, sql] of Object.entries(files)) await write(name, sql)
  return { dir, write, [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }) }
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

test('of panels that start at once, one applies each migration and the others find nothing to do', async () => {
  await using database = await createEmptyDatabase()
  const { databaseUrl } = database
  const answers = await Promise.all([migrate({ databaseUrl }), migrate({ databaseUrl }), migrate({ databaseUrl })])
  const names = (await readMigrations(ownMigrationsDir)).map((migration) => migration.name)
  expect(answers.flat()).toEqual(names)
  expect(await ask(databaseUrl, 'SELECT count(*)::int FROM _prisma_migrations')).toEqual([names.length])
})

test('a migration that fails half-way leaves nothing of itself, and those before it stay', async () => {
  await using database = await createEmptyDatabase()
  await using migrations = await makeMigrations({
    '1_good': 'CREATE TABLE good (id int)',
    '2_bad': 'CREATE TABLE half (id int); SELECT no_such_function()',
  })
  const options = { databaseUrl: database.databaseUrl, migrationsDir: migrations.dir }
  await expect(migrate(options)).rejects.toMatchObject({ code: 'INTERNAL', details: { migration: '2_bad' } })
  expect(await ask(database.databaseUrl, "SELECT to_regclass('half')")).toEqual([null])
  expect(await ask(database.databaseUrl, 'SELECT migration_name FROM _prisma_migrations')).toEqual(['1_good'])

  await migrations.write('2_bad', 'CREATE TABLE half (id int)')
  expect(await migrate(options)).toEqual(['2_bad'])
})

test('a migration that was edited after it was applied is refused', async () => {
  await using database = await createEmptyDatabase()
  await using migrations = await makeMigrations({ '1_first': 'CREATE TABLE first (id int)' })
  const options = { databaseUrl: database.databaseUrl, migrationsDir: migrations.dir }
  expect(await migrate(options)).toEqual(['1_first'])
  await migrations.write('1_first', 'CREATE TABLE first (id bigint)')
  await expect(migrate(options)).rejects.toThrow('1_first was edited after it was applied')
})

test("a migration that Prisma's CLI left unfinished is not passed over", async () => {
  await using database = await createEmptyDatabase()
  await using migrations = await makeMigrations({ '1_first': 'CREATE TABLE first (id int)' })
  const options = { databaseUrl: database.databaseUrl, migrationsDir: migrations.dir }
  await migrate(options)
  await ask(database.databaseUrl, 'UPDATE _prisma_migrations SET finished_at = NULL')
  await expect(migrate(options)).rejects.toThrow('1_first was begun earlier and never finished')
})

test('a body with semicolons and dollar quotes arrives whole', async () => {
  await using database = await createEmptyDatabase()
  const body =
    "CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN 'a;b'; END $$; CREATE TABLE t AS SELECT f()"
  await using migrations = await makeMigrations({ '1_function': body })
  await migrate({ databaseUrl: database.databaseUrl, migrationsDir: migrations.dir })
  expect(await ask(database.databaseUrl, 'SELECT * FROM t')).toEqual(['a;b'])
})

test('a server that does not answer is DATABASE_UNAVAILABLE', async () => {
  await expect(migrate({ databaseUrl: 'postgresql://localhost:1/none' })).rejects.toMatchObject({
    code: 'DATABASE_UNAVAILABLE',
  })
})
