/** How a run's end reads: from what was asked, what QEMU said before, and how the process went. Pure. */
import type { VmExit } from '@berth/core/vm/vm-state'
import type { ExitStatus } from '../exec/spawn-detached.ts'
import type { Ending } from './guest-events.ts'

export interface RunEnd {
  /** The agent ended it on request. */
  readonly isStopAsked: boolean
  readonly ending: Ending | null
  /** Undefined when nobody saw it: only the parent learns it, and an adopted process has another. */
  readonly status: ExitStatus | undefined
  readonly lastLines: readonly string[]
  readonly at: string
}

export interface ReadEnd {
  readonly exit: VmExit
  readonly wasExpected: boolean
}

export function readRunEnd(end: RunEnd): ReadEnd {
  const { reason, message } = endingOf(end)
  const wasExpected = reason === 'stopped' || reason === 'guest-shutdown'
  return {
    wasExpected,
    exit: {
      reason,
      message,
      exitCode: end.status?.exitCode ?? null,
      signal: end.status?.signal ?? null,
      lastLines: [...end.lastLines],
      at: end.at,
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
