import { spawn } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isMainThread } from 'node:worker_threads'
import { startEmbeddedPostgres } from './embedded-postgres.ts'
import { isVitestWorker } from './testing/env.ts'

/**
 * The URL of an embedded server for the tests of this run.
 *
 * vitest runs each file in a process of its own and ends it without notice. So the server belongs to the run: its folder
 * is named after the run's process, later workers adopt what the first one started, and a small guard process stops the
 * server and removes the folder when the run is gone, however it went.
 */
export async function startTestServer(): Promise<string> {
  const ownerPid = isVitestWorker() && isMainThread ? process.ppid : process.pid
  const dir = join(tmpdir(), `berth-test-postgres-${ownerPid}`)
  if (await isNewDir(dir)) startGuard(dir, ownerPid)
  const server = await startEmbeddedPostgres({ dir, isDurable: false, database: 'postgres' })
  return server.url
}

async function isNewDir(dir: string): Promise<boolean> {
  try {
    await mkdir(dir, { mode: 0o700 })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

function startGuard(dir: string, ownerPid: number): void {
  const script = fileURLToPath(new URL('./embedded-test-guard.ts', import.meta.url))
  spawn(process.execPath, [script, dir, String(ownerPid)], { detached: true, stdio: 'ignore' }).unref()
}
