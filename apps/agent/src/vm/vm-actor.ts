/**
 * One machine: knows what it is, says so, and does what is asked of it.
 *
 * Owner of its state: the record (through its publisher), the running QEMU, and the request that works now; nobody else
 * changes them. Everything that happens or is asked comes through the mailbox (events first) and moves the state by
 * core's table; the diagram is in README.md. Invariants: at most one process; a state is published only after QEMU or
 * the kernel said so, except `starting` and `stopping`, which say what was asked; after a request failed, the state is
 * what QEMU says, not what was wanted.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { AppError, hasErrorCode } from '@berth/core/errors/app-error'
import { newUuid, type VmId } from '@berth/core/ids/ids'
import type { VmObservation } from '@berth/core/vm/vm-observation'
import type { VmHappening } from '@berth/core/vm/vm-transitions'
import type { Logger } from 'pino'
import { guestAgentPortId } from '../qemu/argv.ts'
import { FlightRecorder } from '../qmp/flight-recorder.ts'
import { pauseVcpus, queryStatus, resetMachine, resumeVcpus } from '../qmp/commands/lifecycle-commands.ts'
import type { RunStatus } from '../qmp/commands/lifecycle-commands.ts'
import { freshMemory, readGuestEvent, type EventMemory, type WatchedEvent } from './guest-events.ts'
import { GuestSight } from './guest-sight.ts'
import { powerOffGuest } from './guest-power.ts'
import { endMachine } from './machine-end.ts'
import type { MachineLauncher } from './machine-launcher.ts'
import { watchMachine, type MachineEnd, type MachineHandlers } from './machine-watch.ts'
import type { MachineListeners } from './machine-listeners.ts'
import type { Machine } from './machine.ts'
import { Mailbox } from './mailbox.ts'
import { RequestDesk } from './request-desk.ts'
import type { RequestVerb } from './request-queue.ts'
import { panicExit, readRunEnd } from './run-exit.ts'
import { readRunStatus } from './run-status.ts'
import { startError, startExit } from './start-failure.ts'
import { StateWaiters } from './state-waiters.ts'
import type { VmPublisher } from './vm-publisher.ts'
import type { VmRecord } from './vm-record.ts'

export interface VmActorOptions {
  publisher: VmPublisher
  launcher: MachineLauncher
  listener: MachineListeners
  logger: Logger
}

/** A machine that is on: its process and what is known of its run. */
interface Run {
  readonly machine: Machine
  readonly ended: Promise<void>
  /** Aborts when the run has ended. */
  readonly signal: AbortSignal
  readonly end: () => void
}

/** For a QEMU that does not say STOP or RESUME. */
const confirmMs = 15_000
const ownEndMs = 2_500

export class VmActor {
  readonly vmId: VmId
  readonly publisher: VmPublisher
  readonly recorder = new FlightRecorder()
  /** A process of an earlier agent's lives, and has not answered since: it can be stopped, and nothing else. */
  silentFromMs: number | undefined
  readonly #options: VmActorOptions
  readonly #mailbox: Mailbox
  readonly #desk: RequestDesk
  readonly #waiters = new StateWaiters()
  readonly #letGo = new AbortController()
  readonly #guest: GuestSight
  #run: Run | undefined
  #memory: EventMemory = freshMemory
  #isStopAsked = false
  /** What an ended run left is being cleared away; a start waits for it. */
  #clearing: Promise<void> = Promise.resolve()

  constructor(options: VmActorOptions) {
    this.#options = options
    this.publisher = options.publisher
    this.vmId = options.publisher.record.vmId
    this.#guest = new GuestSight(options.publisher, options.logger)
    this.#mailbox = new Mailbox((error) => options.logger.error({ err: error, vmId: this.vmId }, 'a letter broke'))
    this.#desk = new RequestDesk({
      mailbox: this.#mailbox,
      situation: () => ({ state: this.record.state, hasProcess: this.hasProcess, isSilent: this.publisher.isSilent }),
    })
  }

  get record(): VmRecord {
    return this.publisher.record
  }

  get machine(): Machine | undefined {
    return this.#run?.machine
  }

  get hasProcess(): boolean {
    return this.#run !== undefined || this.silentFromMs !== undefined
  }

  get busyWith(): RequestVerb | null {
    return this.#desk.currentVerb
  }

  /** The machine's process. Throws VM_STATE_CONFLICT while there is none, QMP_UNAVAILABLE while it does not answer. */
  requireMachine(): Machine {
    return this.#requireRun().machine
  }

  #requireRun(): Run {
    if (this.#run !== undefined) return this.#run
    if (this.hasProcess)
      throw new AppError('QMP_UNAVAILABLE', 'QEMU lives and does not answer; it can only be stopped.')
    throw new AppError('VM_STATE_CONFLICT', 'The machine is off.')
  }

  /** Its process was found and does not answer, or that is over: it was taken over or is gone. */
  setSilent(isSilent: boolean): void {
    this.silentFromMs = isSilent ? Date.now() : undefined
    this.#waiters.changed()
  }

  start(signal: AbortSignal): Promise<void> {
    return this.#desk.request('start', (inner) => this.#start(inner), signal)
  }

  /** Throws GUEST_IGNORED_SHUTDOWN; the machine runs on then. */
  shutdown(timeoutMs: number, signal: AbortSignal): Promise<void> {
    return this.#desk.request('shutdown', (inner) => this.#shutdown(timeoutMs, 'off', inner), signal)
  }

  stop(signal: AbortSignal): Promise<void> {
    return this.#desk.request('stop', () => this.#stop(), signal)
  }

  reboot(timeoutMs: number, signal: AbortSignal): Promise<void> {
    const work = async (inner: AbortSignal): Promise<void> => {
      if (this.hasProcess) await this.#shutdown(timeoutMs, 'on', inner)
      await this.#start(inner)
    }
    return this.#desk.request('reboot', work, signal)
  }

  reset(signal: AbortSignal): Promise<void> {
    return this.#desk.request('reset', (inner) => this.#reset(inner), signal)
  }

  pause(signal: AbortSignal): Promise<void> {
    const work = async (inner: AbortSignal): Promise<void> => {
      this.#memory = { ...this.#memory, pauseReason: 'user' }
      await pauseVcpus(this.requireMachine().qmp, { signal: inner })
      await this.#reach(() => this.record.state !== 'running', 'pause', inner)
    }
    return this.#desk.request('pause', work, signal)
  }

  resume(signal: AbortSignal): Promise<void> {
    const work = async (inner: AbortSignal): Promise<void> => {
      await resumeVcpus(this.requireMachine().qmp, { signal: inner })
      await this.#reach(() => this.record.state !== 'paused', 'resume', inner)
    }
    return this.#desk.request('resume', work, signal)
  }

  /** Does `remove` when no process lives and nothing else works on the machine. */
  undefine(remove: () => Promise<void>, signal: AbortSignal): Promise<void> {
    const work = async (): Promise<void> => {
      await this.#clearing
      await remove()
    }
    return this.#desk.request('undefine', work, signal)
  }

  /** Asks QEMU how it is, takes that over, and says what is so now. */
  async look(): Promise<VmObservation> {
    const run = this.#run
    if (run !== undefined) this.#takeOver(run, await queryStatus(run.machine.qmp))
    return this.publisher.observation()
  }

  /** For the end of the agent: the machine runs on, nobody follows it until the next agent does. */
  async letGo(): Promise<void> {
    this.#letGo.abort()
    await this.#clearing
    await this.publisher.saved()
  }

  /** Takes a machine that runs already; its guest is asked by `tryGuest`. */
  async adopt(machine: Machine): Promise<void> {
    this.#follow(machine)
    await this.#options.listener.machineOn(machine)
    await this.look().catch((error: unknown) => this.#tell(error, 'an adopted QEMU does not say how it is'))
  }

  /** For an adopted machine: VSERPORT_CHANGE came before this agent listened, so ask whether the guest's agent answers. */
  tryGuest(): void {
    if (this.#run !== undefined) this.#guest.try(this.#run)
  }

  async #start(signal: AbortSignal): Promise<void> {
    // The body of a crashed machine, kept to be looked at, goes with the next start.
    if (this.#run !== undefined) await this.#endRun(this.#run)
    await this.#clearing
    const runId = newUuid()
    this.#memory = freshMemory
    this.#isStopAsked = false
    this.publisher.move({ kind: 'startAsked' }, { desiredPower: 'on', run: null })
    try {
      // Not waited for here: whatever process is found without a run in its record is ended (adopt.ts).
      const { launcher, listener } = this.#options
      const machine = await launcher.launch({ record: this.record, runId, recorder: this.recorder, signal })
      const run = this.#follow(machine)
      this.publisher.change({ run: machine.run })
      // Before the guest's first instruction: a process that a restarted agent would not know must never run.
      await this.publisher.saved()
      await listener.machineOn(machine)
      await resumeVcpus(machine.qmp, { signal })
      await this.#reach(() => this.record.state !== 'starting' || this.#run !== run, 'start', signal)
      if (this.#run !== run) throw new AppError('QEMU_START_FAILED', 'QEMU ended in the middle of its start')
    } catch (error) {
      throw await this.#undoStart(error)
    }
  }

  async #undoStart(error: unknown): Promise<AppError> {
    const { lastExit } = this.record
    const run = this.#run
    // A lost link means most often that QEMU ended: let its own end tell how, before ending it.
    if (run !== undefined && hasErrorCode(error, 'QMP_INTERRUPTED', 'QMP_UNAVAILABLE')) {
      await Promise.race([run.ended, pause(ownEndMs)])
    }
    if (this.#run !== undefined) await this.#endRun(this.#run)
    const failure = startError(error, this.record.lastExit === lastExit ? null : this.record.lastExit)
    // A start that was called off may come again; one that failed after a boot is not tried a second time.
    const autostartBootId = failure.code === 'OPERATION_CANCELLED' ? this.record.autostartBootId : null
    this.publisher.move({ kind: 'startFailed' }, { run: null, lastExit: startExit(failure), autostartBootId })
    this.#waiters.changed()
    return failure
  }

  async #shutdown(timeoutMs: number, desiredPower: 'on' | 'off', signal: AbortSignal): Promise<void> {
    const run = this.#requireRun()
    const before = this.record.desiredPower
    this.#move({ kind: 'shutdownAsked' }, { desiredPower })
    try {
      await this.publisher.saved()
      await this.#options.listener.machineParting(run.machine)
      await powerOffGuest({ machine: run.machine, ended: run.ended, guest: this.#guest, timeoutMs, signal })
    } catch (error) {
      this.#move({ kind: 'shutdownGivenUp' }, { desiredPower: before })
      throw error
    }
    await this.#clearing
  }

  async #stop(): Promise<void> {
    const run = this.#run
    this.publisher.change({ desiredPower: 'off' })
    this.#move({ kind: 'shutdownAsked' })
    await this.publisher.saved()
    try {
      if (run === undefined) await this.#endSilent()
      else await this.#endRun(run)
    } catch (error) {
      this.#move({ kind: 'shutdownGivenUp' })
      throw error
    }
  }

  /** adopt.ts finds it gone then, and clears it away. */
  async #endSilent(): Promise<void> {
    await this.#options.launcher.endStray(this.vmId)
    await this.#reach(() => this.silentFromMs === undefined, 'stop', new AbortController().signal)
  }

  async #reset(signal: AbortSignal): Promise<void> {
    const { qmp } = this.requireMachine()
    const wasCrashed = this.record.state === 'crashed'
    await resetMachine(qmp, { signal })
    if (wasCrashed) await resumeVcpus(qmp, { signal })
  }

  async #endRun(run: Run): Promise<void> {
    this.#isStopAsked = true
    if (this.record.state !== 'starting') await this.#options.listener.machineParting(run.machine)
    await endMachine(run.machine)
    await run.ended
    await this.#clearing
  }

  #follow(machine: Machine): Run {
    const abort = new AbortController()
    const handlers: MachineHandlers = {
      onEvent: (event) => this.#mailbox.happened(() => this.#applyEvent(event)),
      onRelinked: () => this.#relinked(machine),
      onLinkLost: (cause) => this.#tell(cause, 'the link to QEMU was lost; making it again'),
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    const run = { machine, ended: promise, signal: abort.signal, end: () => abort.abort() }
    this.#run = run
    const finish = (end: MachineEnd): void =>
      this.#mailbox.happened(() => {
        this.#finish(run, end)
        resolve()
      })
    watchMachine(machine, handlers, this.#letGo.signal).then(
      (end) => (end === undefined ? undefined : finish(end)),
      (error: unknown) => {
        this.#tell(error, 'a machine could not be followed')
        finish({ status: undefined, lastLines: [] })
      },
    )
    return run
  }

  #relinked(machine: Machine): void {
    const { listener } = this.#options
    Promise.all([listener.machineRelinked(machine), this.look()]).catch((error: unknown) =>
      this.#tell(error, 'QEMU does not say how it is'),
    )
  }

  #finish({ machine, end }: Run, { status, lastLines }: MachineEnd): void {
    this.#run = undefined
    end()
    this.#options.listener.machineOff(machine)
    const known = { isStopAsked: this.#isStopAsked, ending: this.#memory.ending, lastExit: this.record.lastExit }
    const { exit, wasExpected } = readRunEnd({ ...known, state: this.record.state, status, lastLines })
    this.#clearing = this.#options.launcher
      .clear({ vmId: this.vmId, spec: machine.spec, runId: machine.runId })
      .catch((error: unknown) => this.#tell(error, 'what a run left could not be cleared away'))
    const isOwnWill = exit.reason === 'guest-shutdown' && this.busyWith !== 'reboot'
    const patch = { run: null, lastExit: exit, desiredPower: isOwnWill ? 'off' : this.record.desiredPower } as const
    this.#guest.ended()
    // A start that fails says so itself, with its own reason.
    const hasMoved =
      this.record.state !== 'starting' && this.publisher.move({ kind: 'processEnded', wasExpected }, patch)
    if (!hasMoved) this.publisher.change(patch)
    this.#waiters.changed()
  }

  #applyEvent(event: WatchedEvent): void {
    const run = this.#run
    if (run === undefined) return
    const reading = readGuestEvent(this.#memory, event, guestAgentPortId)
    this.#memory = reading.memory
    if (reading.guestAgent === 'connected') this.#guest.connected(run)
    if (reading.guestAgent === 'gone') this.#guest.gone()
    const { happening } = reading
    if (happening === null) return
    if (happening.kind === 'guestPanicked') {
      this.#move(happening, { lastExit: panicExit() })
    } else if (happening.kind === 'cpusPaused') {
      this.#move(happening, { pauseReason: reading.pauseReason ?? 'unknown' })
      if (reading.pauseReason === null) {
        this.look().catch((error: unknown) => this.#tell(error, 'QEMU does not say why it paused'))
      }
    } else {
      this.#move(happening)
    }
  }

  /** QEMU's word over what was remembered. While a request works its own events tell, and a look would cut in. */
  #takeOver(run: Run, status: RunStatus): void {
    if (this.#run !== run || (this.record.state === 'starting' && this.busyWith !== null)) return
    const { happening, pauseReason } = readRunStatus(status)
    if (happening === null) return
    const isKnown = happening.kind === 'guestPanicked' && this.record.state === 'crashed'
    if (!isKnown)
      this.#move(happening, happening.kind === 'guestPanicked' ? { lastExit: panicExit() } : { pauseReason })
    if (pauseReason !== null && this.record.pauseReason !== 'io-error') this.publisher.setPauseReason(pauseReason)
  }

  /** Asks the guest's agent again, where one is connected: addresses and names change while a guest runs. */
  async lookAtGuest(): Promise<void> {
    if (this.#run !== undefined && this.#guest.isConnected) await this.#guest.look(this.#run)
  }

  #move(happening: VmHappening, extra: Partial<VmRecord> = {}): void {
    // Once it runs, an autostart is done: it must not come a second time, whatever happens later.
    const done = happening.kind === 'cpusRan' ? { ...extra, autostartBootId: null } : extra
    this.publisher.move(happening, done)
    this.#waiters.changed()
  }

  /** Waits until events brought the state; asks QEMU before giving up. */
  async #reach(isThere: () => boolean, what: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#waiters.wait(isThere, { timeoutMs: confirmMs, signal, what })
    } catch (error) {
      await this.look()
      if (!isThere()) throw error
    }
  }

  #tell(error: unknown, message: string): void {
    this.#options.logger.warn({ err: error, vmId: this.vmId }, message)
  }
}
