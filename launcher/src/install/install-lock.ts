import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { LauncherError, systemCodeOf } from '../terminal/launcher-error.ts'

const waitMs = 15 * 60_000

/**
 * Runs `work` while no other process works on the same folder: two `./berth up` at once must not install or build into
 * each other. The second waits, and then finds everything done.
 *
 * The lock is the name of an abstract unix socket. Unlike a lock file it cannot be left behind, so there is no stale one
 * to judge, which is where two waiters would take each other's.
 */
export async function withLock<T>(dir: string, work: () => Promise<T>): Promise<T> {
  const lock = await takeLock(`\0berth-${createHash('sha256').update(dir).digest('hex').slice(0, 16)}`)
  try {
    return await work()
  } finally {
    lock.close()
  }
}

async function takeLock(name: string): Promise<Server> {
  const deadline = performance.now() + waitMs
  for (let attempt = 0; ; attempt++) {
    const server = await tryListen(name)
    if (server) return server
    if (attempt === 0) process.stderr.write('Another ./berth is at work here; waiting for it …\n')
    if (performance.now() > deadline) throw new LauncherError('Another ./berth has not finished here in 15 minutes.')
    await delay(100)
  }
}

async function tryListen(name: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((connection) => connection.destroy())
    server.once('error', (error) => {
      if (systemCodeOf(error) === 'EADDRINUSE') resolve(undefined)
      else reject(error)
    })
    server.listen({ path: name }, () => {
      resolve(server)
    })
  })
}
