/** How a run's end reads: from what was asked, what QEMU said before, and how the process went. */
import type { HeldVmState, VmExit } from '@berth/core/vm/vm-state'
import type { ExitStatus } from '../exec/spawn-detached.ts'
import type { Ending } from './guest-events.ts'

export interface RunEnd {
  /** The agent ended it on request. */
  readonly isStopAsked: boolean
  readonly ending: Ending | null
  /** Undefined when nobody saw it: only the parent learns it, and an adopted process has another. */
  readonly status: ExitStatus | undefined
  readonly lastLines: readonly string[]
  /** The machine's, before this end. */
  readonly state: HeldVmState
  readonly lastExit: VmExit | null
}

export interface ReadEnd {
  readonly exit: VmExit
  readonly wasExpected: boolean
}

export function readRunEnd(end: RunEnd): ReadEnd {
  const { reason, message } = endingOf(end)
  // The body of a panicked guest is cleared away: that it panicked is what stays to be told.
  if (end.state === 'crashed' && end.lastExit?.reason === 'guest-panic')
    return { exit: end.lastExit, wasExpected: true }
  const wasExpected = reason === 'stopped' || reason === 'guest-shutdown'
  return {
    wasExpected,
    exit: {
      reason,
      message,
      exitCode: end.status?.exitCode ?? null,
      signal: end.status?.signal ?? null,
      lastLines: [...end.lastLines],
      at: new Date().toISOString(),
    },
  }
}

function endingOf({ isStopAsked, ending, status, lastLines }: RunEnd): Ending {
  // A guest that powered off in the moment of the stop: the stop was asked, and both are an orderly end.
  if (isStopAsked) return { reason: 'stopped', message: 'Stopped on request.' }
  if (ending !== null) return ending
  return { reason: 'qemu-exited', message: describeEnd(status, lastLines) }
}

function describeEnd(status: ExitStatus | undefined, lastLines: readonly string[]): string {
  if (status === undefined) return 'QEMU ended, and nobody saw how.'
  if (status.signal !== null) return `QEMU was killed by ${status.signal}.`
  const last = lastLines.at(-1)
  return `QEMU exited with ${status.exitCode}${last === undefined ? '.' : `: ${last}`}`
}

/** While the body of a panicked guest still lies there: its process lives, so there is no exit code. */
export const panicExit = (): VmExit => ({
  reason: 'guest-panic',
  message: 'The guest operating system crashed.',
  exitCode: null,
  signal: null,
  lastLines: [],
  at: new Date().toISOString(),
})
