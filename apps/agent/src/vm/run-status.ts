/** QEMU's own run state (query-status) as what happened to the machine. Pure; for adoption and after a lost link. */
import type { PauseReason } from '@berth/core/vm/vm-state'
import type { VmHappening } from '@berth/core/vm/vm-transitions'
import type { RunStatus } from '../qmp/commands/lifecycle-commands.ts'

export interface StatusReading {
  readonly happening: VmHappening | null
  /** With `cpusPaused`. */
  readonly pauseReason: PauseReason | null
}

export function readRunStatus({ status }: Pick<RunStatus, 'status'>): StatusReading {
  switch (status) {
    case 'running':
      return { happening: { kind: 'cpusRan' }, pauseReason: null }
    case 'guest-panicked':
      return { happening: { kind: 'guestPanicked' }, pauseReason: null }
    case 'shutdown':
      return { happening: { kind: 'shutdownAsked' }, pauseReason: null }
    case 'paused':
      return paused('user')
    case 'io-error':
      return paused('io-error')
    case 'internal-error':
      return paused('internal-error')
    case 'watchdog':
      return paused('watchdog')
    case 'inmigrate':
    case 'postmigrate':
    case 'finish-migrate':
      return paused('migration')
    case 'prelaunch':
      return { happening: null, pauseReason: null }
    default:
      // save-vm, restore-vm, suspended, debug, colo, and what a newer QEMU may add: the vCPUs stand, nobody knows why.
      return paused('unknown')
  }
}

const paused = (pauseReason: PauseReason): StatusReading => ({ happening: { kind: 'cpusPaused' }, pauseReason })
