/** The panel's command line as the launcher runs it: a process of its own on a real database. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTestDatabase } from '@berth/prisma/test-database'
import { root } from '../data/data-paths.ts'

test('a command ends when it has answered, and does not wait for its connection to grow idle', async () => {
  await using database = await createTestDatabase()
  const dir = await mkdtemp(join(tmpdir(), 'berth-cli-'))
  const out = join(dir, 'join-token')
  const args = [join(root, 'apps/web/server/cli.ts'), 'join-token', 'create', '--host', 'host-1', '--out', out]
  const child = spawn(process.execPath, args, {
    env: { ...process.env, DATABASE_URL: database.databaseUrl, BERTH_DATA: dir },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  try {
    expect(String(await once(child.stdout, 'data'))).toContain(out)
    // pg closes an idle connection after 10 s; each first start made two such calls.
    await expect(Promise.race([ended, once(AbortSignal.timeout(5_000), 'abort')])).resolves.toEqual([0, null])
    expect(await readFile(out, 'utf8')).not.toBe('')
  } finally {
    child.kill('SIGKILL')
    await rm(dir, { recursive: true })
  }
}, 60_000)
