/** What processes used: CPU time and memory from /proc, of a process alone or with all below it. */
import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

/**
 * User and system time since its start. The kernel's ticks hold the threads that ended, too, but are 10 ms coarse, and a
 * process that forks for each viewer has a hundred of them that use 5 ms each: of those most of the CPU would fall between
 * two ticks. So threads that still run are asked for nanoseconds; the larger is nearer.
 */
export function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  // The command's name may hold spaces and brackets; the fields begin behind its last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const tickedMs = ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond
  return Math.max(tickedMs, threadsCpuMs(pid))
}

/** CPU that a process uses in the next milliseconds, in percent of one processor. */
export async function cpuShareOf(pid: number, forMs: number): Promise<number> {
  const before = cpuMsOf(pid)
  await delay(forMs)
  return ((cpuMsOf(pid) - before) / forMs) * 100
}

function threadsCpuMs(pid: number): number {
  const tasks = `/proc/${pid}/task`
  return sum(readdirSync(tasks).map((thread) => nanosecondsOf(`${tasks}/${thread}/schedstat`))) / 1e6
}

function nanosecondsOf(schedstat: string): number {
  try {
    return Number(readFileSync(schedstat, 'latin1').split(' ')[0])
  } catch {
    // The thread ended between two looks, or the kernel does not keep these numbers.
    return 0
  }
}

/** Memory that would be free without it: shared pages count by share. 0 for a process that has just ended. */
export function pssBytesOf(pid: number): number {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1')
    return Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0) * 1024
  } catch {
    // Servers that fork for each viewer lose processes while we look.
    return 0
  }
}

/** The process and all below it, for servers that fork for each connection. */
export function withDescendants(pid: number): number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    const parent = /^\d+$/.test(name) ? parentOf(Number(name)) : undefined
    if (parent !== undefined) parents.set(Number(name), parent)
  }
  const found = [pid]
  for (const each of found) for (const [child, parent] of parents) if (parent === each) found.push(child)
  return found
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    // It ended between two looks, as short-lived children do.
    return undefined
  }
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
