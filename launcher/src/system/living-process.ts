/** Which process is which: a pid alone may belong to somebody else after a crash, pid and start time together may not. */
import { readFile, readdir } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'

export interface ProcessIdentity {
  pid: number
  /** Clock ticks since boot, from /proc/<pid>/stat. */
  startTime: number
}

/** The living process with this pid, or undefined; a zombie is no living process. */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  const stat = await readOrEmpty(`/proc/${pid}/stat`)
  const fields = statFields(stat)
  if (!fields || fields.state === 'Z' || fields.state === 'X') return undefined
  return { pid, startTime: fields.startTime }
}

export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  return (await identify(identity.pid))?.startTime === identity.startTime
}

/** Fields of /proc/<pid>/stat. The name in parentheses may itself hold spaces and parentheses. */
export function statFields(stat: string): { state: string; session: number; startTime: number } | undefined {
  const rest = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, session, startTime] = [rest[0], rest[3], rest[19]]
  if (!state || session === undefined || startTime === undefined) return undefined
  return { state, session: Number(session), startTime: Number(startTime) }
}

export interface Marker {
  /** Put into the child's environment as BERTH_SUPERVISED. */
  value: string
  /** Part of its command line. QEMUs inherit the environment of their agent, this tells them apart. */
  entry: string
}

/** A living session leader that was started with this marker, whoever started it. */
export async function findMarked(marker: Marker): Promise<ProcessIdentity | undefined> {
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const commandLine = await readOrEmpty(`/proc/${name}/cmdline`)
    if (!commandLine.split('\0').includes(marker.entry)) continue
    const environment = await readOrEmpty(`/proc/${name}/environ`)
    if (!environment.split('\0').includes(`BERTH_SUPERVISED=${marker.value}`)) continue
    const pid = Number(name)
    if (statFields(await readOrEmpty(`/proc/${name}/stat`))?.session !== pid) continue
    const identity = await identify(pid)
    if (identity) return identity
  }
  return undefined
}

/** Resolves true when the process is gone, false after the timeout. */
export async function waitForEnd(identity: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs
  while (await isAlive(identity)) {
    if (performance.now() > deadline) return false
    await delay(50)
  }
  return true
}

/** SIGTERM, and SIGKILL for what does not end in time. Only ever sent to exactly this process. */
export async function endProcess(identity: ProcessIdentity, graceMs: number): Promise<void> {
  if (!(await isAlive(identity))) return
  signalIfThere(identity.pid, 'SIGTERM')
  if (await waitForEnd(identity, graceMs)) return
  signalIfThere(identity.pid, 'SIGKILL')
  await waitForEnd(identity, 5000)
}

function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    // It may end by itself between the look and the signal.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

async function readOrEmpty(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch {
    // Gone meanwhile, or another user's: not a process that we look for.
    return ''
  }
}
