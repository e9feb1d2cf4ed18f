/**
 * Which process is a machine's QEMU: pid, start time and the machine's id in its command line, all three.
 *
 * A pid alone is taken again by a stranger sooner or later, so nothing here signals a process without looking first. The
 * kernel keeps the truth; there is nothing of our own to go stale.
 */
import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '@berth/core/errors/app-error'
import { hypervisor } from '../hypervisor/hypervisor.ts'
import type { RunDirPaths } from './run-dir.ts'

export interface ProcessIdentity {
  pid: number
  /** Clock ticks after the host's boot (field 22 of /proc/<pid>/stat); with the pid, unique until the next boot. */
  startTicks: number
  vmId: string
}

const missing = new Set(['ENOENT', 'ESRCH'])
const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && missing.has(error.code)

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** The identity of `pid` when it is the QEMU of that machine (or setpriv about to become it), else undefined. */
export async function identifyProcess(pid: number, vmId: string): Promise<ProcessIdentity | undefined> {
  const [identity, args] = await Promise.all([identifyChild(pid, vmId), readArgs(pid)])
  return idInArgs(args) === vmId ? identity : undefined
}

/**
 * The identity of a process that this one has just started for that machine; undefined when it ended already. Its command
 * line is not asked: it reads as empty for a moment while setpriv becomes QEMU.
 */
export async function identifyChild(pid: number, vmId: string): Promise<ProcessIdentity | undefined> {
  const stat = await hypervisor().processes.stat(pid)
  const startTicks = stat === undefined ? undefined : parseStartTicks(stat)
  return startTicks === undefined ? undefined : { pid, startTicks, vmId }
}

const readArgs = async (pid: number): Promise<string[]> => (await hypervisor().processes.label(pid)) ?? []

const idInArgs = (args: readonly string[]): string | undefined => argAfter(args, '-uuid')

function argAfter(args: readonly string[], option: string): string | undefined {
  const index = args.indexOf(option)
  return index === -1 ? undefined : args[index + 1]
}

/**
 * Undefined for a zombie: it is dead and waits for its parent. Not while threads of it are left, since those hold its files
 * yet: the lock on a disk, the port at which it listened. The name in parentheses may hold any byte.
 */
export function parseStartTicks(stat: string): number | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const isDead = fields[0] === 'X' || (fields[0] === 'Z' && Number(fields[17]) <= 1)
  const startTicks = Number(fields[19])
  return isDead || !Number.isInteger(startTicks) ? undefined : startTicks
}

/**
 * The machine's QEMU by its pid file, which outlives it; undefined when there is none. The file lies in a folder of QEMU's
 * own user and among temporary files: where it does not name the process, /proc is asked before anybody says that it is
 * gone, for a second QEMU on the same disks would be started then.
 */
export async function findProcess(paths: RunDirPaths, vmId: string): Promise<ProcessIdentity | undefined> {
  const pid = Number((await readIfThere(paths.pidFile))?.trim())
  const named = Number.isInteger(pid) && pid > 1 ? await identifyProcess(pid, vmId) : undefined
  return named ?? (await scanProcesses(paths.dir)).find((found) => found.vmId === vmId)
}

/**
 * Every QEMU whose pid file lies under `runRoot`, from /proc alone: finds also one whose agent died before the pid file
 * was written. 1 ms per 100 processes; for the agent's start, not for every question.
 */
export async function scanProcesses(runRoot: string): Promise<ProcessIdentity[]> {
  const pids = await hypervisor().processes.candidates(runRoot)
  const found = await Promise.all(
    pids.map(async (pid) => {
      const args = await readArgs(pid)
      const vmId = idInArgs(args)
      const isOurs = argAfter(args, '-pidfile')?.startsWith(`${runRoot}/`) === true
      return isOurs && vmId !== undefined ? identifyProcess(pid, vmId) : undefined
    }),
  )
  return found.filter((identity) => identity !== undefined)
}

/** Whether that very process lives. An empty command line is one in the middle of exec: pid and start time decide then. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  const [now, args] = await Promise.all([identifyChild(identity.pid, identity.vmId), readArgs(identity.pid)])
  return now?.startTicks === identity.startTicks && (args.length === 0 || idInArgs(args) === identity.vmId)
}

/** Signals the process if it still is that one. Between look and signal lies no await: a pid is not reused that fast. */
export async function signalProcess(
  identity: ProcessIdentity,
  signal: 'SIGTERM' | 'SIGKILL',
): Promise<'sent' | 'gone'> {
  if (!(await isAlive(identity))) return 'gone'
  try {
    hypervisor().processes.signal(identity.pid, signal)
    return 'sent'
  } catch (error) {
    if (isMissing(error)) return 'gone'
    throw error
  }
}

/**
 * Waits until the process is gone. Only the parent is told of an end, and the agent is not the parent of a machine that
 * it adopted: so this looks, 5 ms after the start and then less and less often. Throws TIMEOUT, OPERATION_CANCELLED.
 */
export async function waitUntilGone(
  identity: ProcessIdentity,
  options: { timeoutMs: number; signal?: AbortSignal | undefined },
): Promise<void> {
  const deadline = performance.now() + options.timeoutMs
  for (let pauseMs = 5; await isAlive(identity); pauseMs = Math.min(100, pauseMs * 1.5)) {
    if (options.signal?.aborted === true) {
      throw new AppError('OPERATION_CANCELLED', 'waiting for the end of QEMU was cancelled')
    }
    if (performance.now() > deadline) {
      throw new AppError('TIMEOUT', `QEMU (pid ${identity.pid}) is still there after ${options.timeoutMs} ms`)
    }
    await delay(pauseMs)
  }
}

/** SIGKILL and wait. Throws TIMEOUT when the kernel does not let it go, as with storage that hangs. */
export async function killProcess(identity: ProcessIdentity, timeoutMs = 10_000): Promise<void> {
  if ((await signalProcess(identity, 'SIGKILL')) === 'sent') await waitUntilGone(identity, { timeoutMs })
}
