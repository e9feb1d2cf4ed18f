/**
 * One simulated QEMU: a process with a command line, run states as QEMU has them, events, and an end.
 *
 * Owner of its state: whether its processors run, and what it has worked. Invariants: it stands until `cont` (-S); an event
 * is told to every monitor in the order in which it happened; after its end nothing is told any more, and its exit once.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { ExitStatus } from '../exec/spawn-detached.ts'
import { workBetween, type SimLoad } from './sim-load.ts'
import type { SimFault } from './sim-fault.ts'
import type { SimMirror } from './sim-mirror.ts'
import type { SimMove } from './sim-move.ts'

export type SimRunState =
  'prelaunch' | 'running' | 'paused' | 'inmigrate' | 'finish-migrate' | 'postmigrate' | 'guest-panicked' | 'shutdown'

export interface SimMachineFacts {
  readonly pid: number
  readonly vmId: string
  readonly runDir: string
  readonly vcpus: number
  readonly memoryBytes: number
  readonly startedAtMs: number
  /** Of its NICs on a network of the host's. */
  readonly taps: readonly string[]
  readonly diskCount: number
  readonly load: SimLoad
  readonly faults: ReadonlySet<SimFault>
  /** Written out when somebody reads it. */
  readonly commandLine: () => Promise<string[]>
}

export interface SimListener {
  tell: (event: string, data: Readonly<Record<string, unknown>>) => void
  end: () => void
}

/** From the power button to the guest's end. */
const shutdownMs = 250
const crashMs = 3_000

export class SimMachine {
  readonly facts: SimMachineFacts
  readonly listeners = new Set<SimListener>()
  readonly exited: Promise<ExitStatus>
  /** What it sends; the last one stays to be asked for. */
  move: SimMove | undefined
  /** Of its disks, by their jobs. */
  readonly mirrors = new Map<string, SimMirror>()
  /** Where it listens for memory. */
  incomingPort: number | undefined
  /** Disc in the drive, by its node; and whether the tray is open. */
  readonly drive: { disc: string | null; isOpen: boolean } = { disc: null, isOpen: false }
  /** Of its own moves: set by QMP. */
  readonly settings = { bandwidth: 128 * 2 ** 20, downtimeLimitMs: 300, tlsDir: '', throttlePercent: 20 }
  readonly capabilities = new Set<string>()
  readonly #settle: (status: ExitStatus) => void
  #state: SimRunState
  #workedS = 0
  #runsSinceMs: number | undefined
  #isGone = false

  constructor(facts: SimMachineFacts, state: SimRunState) {
    this.facts = facts
    this.#state = state
    const { promise, resolve } = Promise.withResolvers<ExitStatus>()
    this.exited = promise
    this.#settle = resolve
    if (state === 'running') this.#runsSinceMs = facts.startedAtMs
  }

  get state(): SimRunState {
    return this.#state
  }

  get isGone(): boolean {
    return this.#isGone
  }

  /** Seconds of full load so far. */
  workedS(nowMs: number): number {
    if (this.#runsSinceMs === undefined) return this.#workedS
    return this.#workedS + workBetween(this.facts.load, this.#runsSinceMs, nowMs)
  }

  tell(event: string, data: Readonly<Record<string, unknown>> = {}): void {
    if (this.#isGone) return
    for (const listener of this.listeners) listener.tell(event, data)
  }

  cont(): void {
    if (this.#state === 'running' || this.#isGone) return
    const isFirst = this.#state === 'prelaunch'
    this.#enter('running')
    this.tell('RESUME')
    if (isFirst) void this.#meetFate()
  }

  stop(next: SimRunState = 'paused'): void {
    if (this.#state !== 'running') return void this.#enter(next)
    this.#enter(next)
    this.tell('STOP')
  }

  /** All memory has come: it stands, and can be run. */
  loaded(): void {
    this.incomingPort = undefined
    this.#enter('paused')
  }

  reset(): void {
    this.tell('RESET', { guest: false, reason: 'host-qmp-system-reset' })
    if (this.#state === 'guest-panicked') this.cont()
  }

  pressPowerButton(): void {
    this.tell('POWERDOWN')
    if (this.facts.faults.has('deaf') || this.#state !== 'running') return
    void this.#later(shutdownMs, () => {
      if (this.#state !== 'running') return
      this.tell('SHUTDOWN', { guest: true, reason: 'guest-shutdown' })
      this.end({ exitCode: 0, signal: null })
    })
  }

  quit(reason: 'host-qmp-quit' | 'host-signal'): void {
    this.tell('SHUTDOWN', { guest: false, reason })
    // The answer to `quit` comes before the end.
    setImmediate(() => this.end({ exitCode: 0, signal: null }))
  }

  end(status: ExitStatus): void {
    if (this.#isGone) return
    this.#enter('shutdown')
    this.#isGone = true
    for (const listener of this.listeners) listener.end()
    this.listeners.clear()
    this.#settle(status)
  }

  #enter(state: SimRunState): void {
    const nowMs = Date.now()
    this.#workedS = this.workedS(nowMs)
    this.#runsSinceMs = state === 'running' ? nowMs : undefined
    this.#state = state
  }

  async #meetFate(): Promise<void> {
    const { faults } = this.facts
    if (faults.has('crash')) await this.#later(crashMs, () => this.end({ exitCode: null, signal: 'SIGSEGV' }))
    if (faults.has('panic')) {
      await this.#later(crashMs, () => {
        this.tell('GUEST_PANICKED', { action: 'pause' })
        this.stop('guest-panicked')
      })
    }
  }

  /** Keeps no process alive, and does nothing to one that ended. */
  async #later(ms: number, act: () => void): Promise<void> {
    await pause(ms, undefined, { ref: false })
    if (!this.#isGone) act()
  }
}
