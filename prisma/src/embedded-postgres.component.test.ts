import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { expect, test } from 'vitest'
import { findEmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.ts'

const modulePath = fileURLToPath(new URL('./embedded-postgres.ts', import.meta.url))

/** A folder whose server, if any is left at the end of the test, is stopped before the folder goes. */
async function makeDir() {
  const root = await mkdtemp(join(tmpdir(), 'berth-pg-'))
  const dir = join(root, 'postgres')
  const dispose = async (): Promise<void> => {
    await (await findEmbeddedPostgres(dir))?.stop()
    await rm(root, { recursive: true, force: true })
  }
  return { root, dir, [Symbol.asyncDispose]: dispose }
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

test('takes connections on a socket that only its user enters, and on no TCP port', async () => {
  await using place = await makeDir()
  const server = await startEmbeddedPostgres({ dir: place.dir, isDurable: false })
  expect(await ask(server.url, 'SELECT current_database()')).toEqual(['berth'])
  expect(await ask(server.url, 'SHOW listen_addresses')).toEqual([''])
  expect(await ask(server.url, 'SHOW data_checksums')).toEqual(['on'])
  expect((await stat(server.socketDir)).mode & 0o777).toBe(0o700)
})

test('two starters of one new folder end with one server', async () => {
  await using place = await makeDir()
  const options = { dir: place.dir, isDurable: false }
  const servers = await Promise.all([startEmbeddedPostgres(options), startEmbeddedPostgres(options)])
  expect(servers[0].pid).toBe(servers[1].pid)
  expect((await startEmbeddedPostgres(options)).pid).toBe(servers[0].pid)
})

test('the server outlives its starter, and the next one adopts it', async () => {
  await using place = await makeDir()
  const code = `
    import { startEmbeddedPostgres } from ${JSON.stringify(modulePath)}
    const server = await startEmbeddedPostgres({ dir: ${JSON.stringify(place.dir)}, isDurable: false })
    process.stdout.write(String(server.pid))
    setInterval(() => undefined, 1000)`
  const starter = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [output] = (await once(starter.stdout, 'data')) as [Buffer]
  starter.kill('SIGKILL')
  await once(starter, 'exit')
  const adopted = await startEmbeddedPostgres({ dir: place.dir, isDurable: false })
  expect(adopted.pid).toBe(Number(output.toString()))
})

test('what was committed is there after the server was killed', async () => {
  await using place = await makeDir()
  const first = await startEmbeddedPostgres({ dir: place.dir })
  await ask(first.url, 'CREATE TABLE kept AS SELECT 42 AS value')
  process.kill(first.pid, 'SIGKILL')
  const second = await startEmbeddedPostgres({ dir: place.dir })
  expect(second.pid).not.toBe(first.pid)
  expect(await ask(second.url, 'SELECT value FROM kept')).toEqual([42])
})

test('stops, is not found any more, and stopping again is no error', async () => {
  await using place = await makeDir()
  const server = await startEmbeddedPostgres({ dir: place.dir, isDurable: false })
  expect((await findEmbeddedPostgres(place.dir))?.pid).toBe(server.pid)
  await server.stop()
  await server.stop()
  expect(await findEmbeddedPostgres(place.dir)).toBeUndefined()
})

test('a pid file whose number belongs to another program does not keep it from starting', async () => {
  await using place = await makeDir()
  const first = await startEmbeddedPostgres({ dir: place.dir, isDurable: false })
  await first.stop()
  // Our own pid: alive, and nothing of PostgreSQL. So it is after a container's restart.
  const pidFile = `${process.pid}\n/proc/self/cwd\n1\n5432\n../socket\n\n1 1\nready\n`
  await writeFile(join(place.dir, 'cluster', 'postmaster.pid'), pidFile)
  expect(await findEmbeddedPostgres(place.dir)).toBeUndefined()
  const second = await startEmbeddedPostgres({ dir: place.dir, isDurable: false })
  expect(await ask(second.url, 'SELECT 1')).toEqual([1])
})

test('works in a folder too deep for a socket, below one that is closed to its user', async () => {
  await using place = await makeDir()
  // mkdtemp's 0700 is the closed one: as root, the server's user cannot pass it.
  const dir = join(place.root, 'a-rather-long-name-for-a-folder/and-another-one-below-it/and-yet-another/postgres')
  await using server = await startEmbeddedPostgres({ dir, isDurable: false })
  expect(server.socketDir.startsWith(dir)).toBe(false)
  expect(await ask(server.url, 'SELECT 1')).toEqual([1])
  await rm(server.socketDir, { recursive: true })
})

test('says why it does not start', async () => {
  await using place = await makeDir()
  const first = await startEmbeddedPostgres({ dir: place.dir, isDurable: false })
  await first.stop()
  await writeFile(join(place.dir, 'cluster', 'postgresql.conf'), 'no_such_setting = 1\n')
  await expect(startEmbeddedPostgres({ dir: place.dir, isDurable: false, startTimeoutMs: 500 })).rejects.toMatchObject({
    code: 'DATABASE_UNAVAILABLE',
    details: { log: expect.arrayContaining([expect.stringContaining('no_such_setting')]) },
  })
})
