import { open, readFile, rm } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { LauncherError, systemCodeOf } from './launcher-error.ts'
import { identify, isAlive } from './process-identity.ts'

const waitMs = 15 * 60_000

/**
 * Holds the lock file while `work` runs: two `./berth up` at once must not install or build into each other. The second
 * waits, and then finds everything done. A lock whose holder died is taken over.
 */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  await takeLock(path)
  try {
    return await work()
  } finally {
    await rm(path, { force: true })
  }
}

async function takeLock(path: string): Promise<void> {
  const deadline = performance.now() + waitMs
  let hasTold = false
  while (!(await tryTake(path))) {
    const holder = await holderOf(path)
    if (!holder || !(await isAlive(holder))) {
      await rm(path, { force: true })
      continue
    }
    if (!hasTold) process.stderr.write(`Another ./berth (pid ${holder.pid}) is at work here; waiting for it …\n`)
    hasTold = true
    if (performance.now() > deadline)
      throw new LauncherError(`Another ./berth (pid ${holder.pid}) has not finished in 15 minutes.`)
    await delay(250)
  }
}

async function tryTake(path: string): Promise<boolean> {
  try {
    await using file = await open(path, 'wx', 0o600)
    await file.writeFile(JSON.stringify(await identify(process.pid)))
    return true
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') return false
    throw error
  }
}

async function holderOf(path: string): Promise<{ pid: number; startTime: number } | undefined> {
  // Between its making and its text the file is empty for a moment.
  for (let attempt = 0; attempt < 10; attempt++) {
    const text = await readFile(path, 'utf8').catch(() => '')
    const match = /"pid":(\d+),"startTime":(\d+)/.exec(text)
    if (match) return { pid: Number(match[1]), startTime: Number(match[2]) }
    await delay(20)
  }
  return undefined
}
