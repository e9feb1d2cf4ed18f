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
import type { Logger } from 'pino'
import { FlightRecorder } from '../qmp/flight-recorder.ts'
import { pauseVcpus, queryStatus, resetMachine, resumeVcpus } from '../qmp/commands/lifecycle-commands.ts'
import { followRun, type Run } from './followed-run.ts'
import type { WatchedEvent } from './guest-events.ts'
import { GuestSight } from './guest-sight.ts'
import { powerOffGuest } from './guest-power.ts'
import { endMachine } from './machine-end.ts'
import type { MachineLauncher } from './machine-launcher.ts'
import type { MachineEnd } from './machine-watch.ts'
import type { MachineListeners } from './machine-listeners.ts'
import type { Machine } from './machine.ts'
import { Mailbox } from './mailbox.ts'
import { MachineState } from './machine-state.ts'
import { RequestDesk } from './request-desk.ts'
import type { RequestVerb } from './request-queue.ts'
import { readRunEnd } from './run-exit.ts'
import { startError, startExit } from './start-failure.ts'
import { StateWaiters } from './state-waiters.ts'
import type { VmPublisher } from './vm-publisher.ts'
import type { VmRecord } from './vm-record.ts'

export interface VmActorOptions {
  publisher: VmPublisher
  launcher: MachineLauncher
  listener: MachineListeners
  logger: Logger
  /** Of a machine whose QEMU was spoken to before it was this host's. */
  recorder?: FlightRecorder | undefined
}

/** For a QEMU that does not say STOP or RESUME. */
const confirmMs = 15_000
const ownEndMs = 2_500

export class VmActor {
  readonly vmId: VmId
  readonly publisher: VmPublisher
  readonly recorder: FlightRecorder
  /** A process of an earlier agent's lives, and has not answered since: it can be stopped, and nothing else. */
  silentFromMs: number | undefined
  readonly #options: VmActorOptions
  readonly #mailbox: Mailbox
  readonly #desk: RequestDesk
  readonly #waiters = new StateWaiters()
  readonly #letGo = new AbortController()
  readonly #state: MachineState
  readonly #guest: GuestSight
  #run: Run | undefined
  #isStopAsked = false
  /** What an ended run left is being cleared away; a start waits for it. */
  #clearing: Promise<void> = Promise.resolve()

  constructor(options: VmActorOptions) {
    this.#options = options
    this.recorder = options.recorder ?? new FlightRecorder()
    this.publisher = options.publisher
    this.vmId = options.publisher.record.vmId
    this.#state = new MachineState(options.publisher, this.#waiters)
    this.#guest = new GuestSight(options.publisher, options.logger)
    this.#mailbox = new Mailbox((error) => options.logger.error({ err: error, vmId: this.vmId }, 'a letter broke'))
    this.#desk = new RequestDesk({
      mailbox: this.#mailbox,
      situation: () => ({
        ...{ state: this.record.state, hasProcess: this.hasProcess, isSilent: this.publisher.isSilent },
        isGiven: this.record.given !== null,
      }),
    })
  }

  get record(): VmRecord {
    return this.publisher.record
  }

  get machine(): Machine | undefined {
    return this.#run?.machine
  }

  /** Aborts when the present run has ended. */
  get runSignal(): AbortSignal | undefined {
    return this.#run?.signal
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
      this.#state.expectPause('user')
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

  /** Does `work`, which sends the machine to another host (migration/move-out.ts) or a disk of it into another pool (relocation/). */
  carry(
    verb: 'migrate' | 'relocate',
    work: (signal: AbortSignal) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    return this.#desk.request(verb, work, signal)
  }

  /** Resolves when its process answers, or is gone: one that was found silent is tried on. */
  async answering(signal: AbortSignal): Promise<void> {
    await this.#waiters.wait(() => this.silentFromMs === undefined, { timeoutMs: null, signal, what: 'answer' })
  }

  /** Ends the process of a machine that another host has by now; nobody is told that it stopped, for it did not. */
  async endGiven(): Promise<void> {
    const run = this.#run
    if (run !== undefined) await endMachine(run.machine)
    await (run === undefined ? this.#options.launcher.endStray(this.vmId) : run.ended)
    await this.#clearing
  }

  /** It was to be given away when its process ended, and is this host's again: what is so now may be said. */
  lostItsProcess(): void {
    this.#state.move({ kind: 'processEnded', wasExpected: false })
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
    if (run === undefined) return this.publisher.observation()
    const status = await queryStatus(run.machine.qmp)
    // While a start works its own events tell, and a look would cut in.
    const isStarting = this.record.state === 'starting' && this.busyWith !== null
    if (this.#run === run && !isStarting) this.#state.takeOver(status)
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
    this.#state.forgetEvents()
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
    this.#state.move({ kind: 'shutdownAsked' }, { desiredPower })
    try {
      await this.publisher.saved()
      await this.#options.listener.machineParting(run.machine)
      await powerOffGuest({ machine: run.machine, ended: run.ended, guest: this.#guest, timeoutMs, signal })
    } catch (error) {
      this.#state.move({ kind: 'shutdownGivenUp' }, { desiredPower: before })
      throw error
    }
    await this.#clearing
  }

  async #stop(): Promise<void> {
    const run = this.#run
    this.publisher.change({ desiredPower: 'off' })
    this.#state.move({ kind: 'shutdownAsked' })
    await this.publisher.saved()
    try {
      if (run === undefined) await this.#endSilent()
      else await this.#endRun(run)
    } catch (error) {
      this.#state.move({ kind: 'shutdownGivenUp' })
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
    const happened = (handle: () => void): void => this.#mailbox.happened(handle)
    const run = followRun(
      machine,
      {
        onEvent: (event) => happened(() => this.#applyEvent(event)),
        onRelinked: () => this.#relinked(machine),
        onLinkLost: (cause) => this.#tell(cause, 'the link to QEMU was lost; making it again'),
        onEnd: (ended, end, done) =>
          happened(() => {
            this.#finish(ended, end)
            done()
          }),
        onBroken: (error) => this.#tell(error, 'a machine could not be followed'),
      },
      this.#letGo.signal,
    )
    this.#run = run
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
    const known = { isStopAsked: this.#isStopAsked, ending: this.#state.ending, lastExit: this.record.lastExit }
    const { exit, wasExpected } = readRunEnd({ ...known, state: this.record.state, status, lastLines })
    this.#clearing = this.#options.launcher
      .clear({ vmId: this.vmId, spec: machine.spec, runId: machine.runId })
      .catch((error: unknown) => this.#tell(error, 'what a run left could not be cleared away'))
    this.#guest.ended()
    // Whose it is, and so whether it stopped at all, is for the other host to say.
    if (this.record.given !== null) return this.publisher.change({ run: null })
    const isOwnWill = exit.reason === 'guest-shutdown' && this.busyWith !== 'reboot'
    const desiredPower = isOwnWill ? 'off' : this.record.desiredPower
    const patch = { run: null, sending: null, lastExit: exit, desiredPower }
    // A start that fails says so itself, with its own reason.
    const hasMoved =
      this.record.state !== 'starting' && this.publisher.move({ kind: 'processEnded', wasExpected }, patch)
    if (!hasMoved) this.publisher.change(patch)
    this.#waiters.changed()
  }

  #applyEvent(event: WatchedEvent): void {
    const run = this.#run
    if (run === undefined) return
    const { guestAgent, isUnexplained } = this.#state.apply(event)
    if (guestAgent === 'connected') this.#guest.connected(run)
    if (guestAgent === 'gone') this.#guest.gone()
    if (isUnexplained) this.look().catch((error: unknown) => this.#tell(error, 'QEMU does not say why it paused'))
  }

  /** Asks the guest's agent again, where one is connected: addresses and names change while a guest runs. */
  async lookAtGuest(): Promise<void> {
    if (this.#run !== undefined && this.#guest.isConnected) await this.#guest.look(this.#run)
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
