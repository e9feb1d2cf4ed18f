/** A process of its own: waits for the end of a test run (argv: folder, pid), then removes its server. */
import { rm } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { findEmbeddedPostgres } from './embedded-postgres.ts'

const pollMs = 500
const [dir, ownerPid] = process.argv.slice(2)
if (dir === undefined || ownerPid === undefined) throw new Error('usage: embedded-test-guard.ts <folder> <pid>')

while (isAlive(Number(ownerPid))) await wait(pollMs)
const server = await findEmbeddedPostgres(dir)
await server?.stop()
await rm(dir, { recursive: true, force: true })

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    // ESRCH: the run is over.
    return false
  }
}
