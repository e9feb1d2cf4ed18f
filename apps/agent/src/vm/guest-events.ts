/**
 * What QEMU's events mean for a machine's state. Pure: the actor keeps the memory and applies the happenings.
 *
 * Invariants: STOP alone never says why, so the reason is what came before it (an I/O error, a watchdog) or what was
 * asked; after SHUTDOWN the process is about to end, and STOP means nothing any more.
 */
import type { PauseReason, VmExit } from '@berth/core/vm/vm-state'
import type { VmHappening } from '@berth/core/vm/vm-transitions'
import type { QmpEvent } from '../qmp/qmp-message.ts'

export const watchedEvents = [
  'SHUTDOWN',
  'RESET',
  'STOP',
  'RESUME',
  'WATCHDOG',
  'GUEST_PANICKED',
  'BLOCK_IO_ERROR',
  'VSERPORT_CHANGE',
] as const
export type WatchedEvent = QmpEvent<(typeof watchedEvents)[number]>

export interface EventMemory {
  /** Why the next STOP comes, where an earlier event told. */
  readonly pauseReason: PauseReason | null
  /** How the run ends, where QEMU said so before it ended. */
  readonly ending: Ending | null
}

export interface Ending {
  readonly reason: VmExit['reason']
  readonly message: string
}

export interface EventReading {
  readonly memory: EventMemory
  readonly happening: VmHappening | null
  /** With `cpusPaused`; null when QEMU did not tell. */
  readonly pauseReason: PauseReason | null
  /** The guest agent's port was opened or closed. */
  readonly guestAgent: 'connected' | 'gone' | null
}

export const freshMemory: EventMemory = { pauseReason: null, ending: null }

/** `guestAgentPort` is the id of the guest agent's virtserialport. */
export function readGuestEvent(memory: EventMemory, event: WatchedEvent, guestAgentPort: string): EventReading {
  const nothing: EventReading = { memory, happening: null, pauseReason: null, guestAgent: null }
  switch (event.name) {
    case 'SHUTDOWN':
      return readShutdown(nothing, event.data)
    case 'STOP':
      if (memory.ending !== null) return nothing
      return {
        ...nothing,
        memory: { ...memory, pauseReason: null },
        happening: { kind: 'cpusPaused' },
        pauseReason: memory.pauseReason,
      }
    case 'RESUME':
      return { ...nothing, memory: withoutPanic(memory), happening: { kind: 'cpusRan' } }
    case 'RESET':
      return { ...nothing, memory: withoutPanic(memory), happening: { kind: 'wasReset' } }
    case 'WATCHDOG':
      return event.data.action === 'pause' ? { ...nothing, memory: { ...memory, pauseReason: 'watchdog' } } : nothing
    case 'BLOCK_IO_ERROR':
      return event.data.action === 'stop' ? { ...nothing, memory: { ...memory, pauseReason: 'io-error' } } : nothing
    case 'GUEST_PANICKED':
      return {
        ...nothing,
        memory: { ...memory, ending: { reason: 'guest-panic', message: 'The guest operating system crashed.' } },
        happening: { kind: 'guestPanicked' },
      }
    case 'VSERPORT_CHANGE':
      return event.data.id === guestAgentPort
        ? { ...nothing, guestAgent: event.data.open ? 'connected' : 'gone' }
        : nothing
  }
}

/** A machine that was reset or goes on after a panic ends for another reason, when it ends. */
function withoutPanic(memory: EventMemory): EventMemory {
  return { pauseReason: null, ending: memory.ending?.reason === 'guest-panic' ? null : memory.ending }
}

function readShutdown(nothing: EventReading, data: { guest: boolean; reason: string }): EventReading {
  const { memory } = nothing
  // A panic that powers the machine off says SHUTDOWN after GUEST_PANICKED: the panic is the reason.
  if (memory.ending?.reason === 'guest-panic') return nothing
  const ending = shutdownEnding(data)
  const isOrderly = ending.reason === 'guest-shutdown'
  return {
    ...nothing,
    memory: { ...memory, ending },
    happening: isOrderly ? { kind: 'shutdownAsked' } : null,
  }
}

function shutdownEnding({ guest, reason }: { guest: boolean; reason: string }): Ending {
  if (reason === 'guest-panic') return { reason: 'guest-panic', message: 'The guest operating system crashed.' }
  if (guest) return { reason: 'guest-shutdown', message: 'The guest powered itself off.' }
  if (reason === 'host-qmp-quit') return { reason: 'stopped', message: 'QEMU was told to end over QMP.' }
  if (reason === 'host-signal') return { reason: 'qemu-exited', message: 'QEMU was ended by a signal from outside.' }
  return { reason: 'qemu-exited', message: `QEMU ended itself: ${reason}.` }
}
