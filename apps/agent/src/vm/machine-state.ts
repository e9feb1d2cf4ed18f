/**
 * A machine's state as what QEMU says moves it: by events, and by looks where events were missed.
 *
 * Owner of its state: what earlier events told of the next one. Invariants: states are left by core's table alone; while the
 * machine's memory goes to another host its STOP and RESUME belong to the move, and once it was given away nothing that
 * happens to the process here is the machine's state.
 */
import type { PauseReason } from '@berth/core/vm/vm-state'
import type { VmHappening } from '@berth/core/vm/vm-transitions'
import { guestAgentPortId } from '../qemu/argv.ts'
import type { RunStatus } from '../qmp/commands/lifecycle-commands.ts'
import { freshMemory, readGuestEvent, type EventMemory, type EventReading, type WatchedEvent } from './guest-events.ts'
import { panicExit } from './run-exit.ts'
import { readRunStatus } from './run-status.ts'
import type { StateWaiters } from './state-waiters.ts'
import type { VmPublisher } from './vm-publisher.ts'
import type { VmRecord } from './vm-record.ts'

export interface EventOutcome {
  readonly guestAgent: EventReading['guestAgent']
  /** It stands, and no event said why: ask QEMU. */
  readonly isUnexplained: boolean
}

export class MachineState {
  readonly #publisher: VmPublisher
  readonly #waiters: StateWaiters
  #memory: EventMemory = freshMemory

  constructor(publisher: VmPublisher, waiters: StateWaiters) {
    this.#publisher = publisher
    this.#waiters = waiters
  }

  /** How the run ends, where QEMU said so. */
  get ending(): EventMemory['ending'] {
    return this.#memory.ending
  }

  forgetEvents(): void {
    this.#memory = freshMemory
  }

  /** The next STOP was asked for. */
  expectPause(pauseReason: PauseReason): void {
    this.#memory = { ...this.#memory, pauseReason }
  }

  move(happening: VmHappening, extra: Partial<VmRecord> = {}): void {
    // Once it runs, an autostart is done: it must not come a second time, whatever happens later.
    const done = happening.kind === 'cpusRan' ? { ...extra, autostartBootId: null } : extra
    this.#publisher.move(happening, done)
    this.#waiters.changed()
  }

  apply(event: WatchedEvent): EventOutcome {
    const { memory, happening, pauseReason, guestAgent } = readGuestEvent(this.#memory, event, guestAgentPortId)
    this.#memory = memory
    const outcome = { guestAgent, isUnexplained: false }
    const { sending, given } = this.#publisher.record
    if (happening === null || given !== null) return outcome
    if (sending !== null && (happening.kind === 'cpusPaused' || happening.kind === 'cpusRan')) {
      // A guest that stands for a reason of its own stands on the other host as well.
      if (pauseReason !== null) this.#publisher.change({ sending: { ...sending, isRunning: false } })
      return outcome
    }
    if (happening.kind === 'guestPanicked') this.move(happening, { lastExit: panicExit() })
    else if (happening.kind !== 'cpusPaused') this.move(happening)
    else {
      this.move(happening, { pauseReason: pauseReason ?? 'unknown' })
      return { guestAgent, isUnexplained: pauseReason === null }
    }
    return outcome
  }

  /** QEMU's word over what was remembered. */
  takeOver(status: RunStatus): void {
    const { state, sending, given, pauseReason: known } = this.#publisher.record
    if (sending !== null || given !== null) return
    const { happening, pauseReason } = readRunStatus(status)
    if (happening === null) return
    const isPanic = happening.kind === 'guestPanicked'
    if (!(isPanic && state === 'crashed')) this.move(happening, isPanic ? { lastExit: panicExit() } : { pauseReason })
    if (pauseReason !== null && known !== 'io-error') this.#publisher.setPauseReason(pauseReason)
  }
}
