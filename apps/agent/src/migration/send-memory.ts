/**
 * Sends a machine's memory to the QEMU that waits for it, and watches until QEMU says how that ended.
 *
 * It owns the move inside QEMU from `migrate` to its end. Invariants: it returns only when QEMU said `completed`, which with
 * return-path means that the target has loaded everything, or when the policy wants the machine to go ahead of its memory, with
 * the guest still running here and nothing decided; it throws only when nothing is sent any more, or when QEMU does
 * not say so in time and the process is gone or silent. It decides nothing about whose the machine is.
 *
 * What is waited for, and how long: bytes must go on changing (a cut link leaves QEMU `active` with frozen figures, without
 * an event, for many minutes), and the guest must not stand longer than a switch-over may take.
 */
import type { MovePolicy } from '@berth/core/migration/move-policy'
import type { MovePhase, MoveProgress } from '@berth/core/migration/move-progress'
import type { MoveTransport } from '@berth/core/migration/move-transport'
import { AppError, hasErrorCode } from '@berth/core/errors/app-error'
import {
  beginMove,
  queryMigrate,
  setDowntimeLimit,
  setMoveKey,
  type MigrationInfo,
} from '../qmp/commands/move-commands.ts'
import { continueMove } from '../qmp/commands/mirror-commands.ts'
import type { QmpClient } from '../qmp/qmp-client.ts'
import { callOff, untilOver } from './call-off.ts'
import { LadderClimber } from './ladder-climber.ts'
import { MigrationEars, type MoveEvent } from './migration-ears.ts'
import { connectMs, moveFailure, notConnected } from './move-failure.ts'
import { progressOf, readFigures, shareOf, type MoveFigures } from './move-figures.ts'
import { firstPass, notePass, type PassLog } from './pass-log.ts'
import type { SendCap } from './send-cap.ts'
import { setUpSource } from './set-up-qemu.ts'

export interface MoveLimits {
  /** No byte more for so long: the link is dead, whatever QEMU thinks. */
  readonly noProgressMs: number
  /** From the guest's STOP until QEMU says that all has arrived. */
  readonly switchOverMs: number
  /** Of disks that travel: what is left to copy became no less for so long. */
  readonly noDiskGainMs: number
  /** The last writes to disks that travel, while the guest stands: a pause longer than this is not worth a move. */
  readonly settleMs: number
  /** The other host's agent does not answer for so long, while disks are kept the same over there. */
  readonly hostSilentMs: number
  /** Nothing of the memory that follows a machine came for so long: the link is made anew. */
  readonly postCopySilentMs: number
}

export interface SendMemoryOptions {
  /** Its link may be another one later. */
  readonly machine: { readonly qmp: QmpClient }
  readonly to: { readonly host: string; readonly port: number }
  readonly policy: MovePolicy
  readonly transport: MoveTransport
  readonly cap: SendCap
  readonly keyDir: string
  readonly limits: MoveLimits
  readonly onProgress: (progress: MoveProgress, share: number | null) => void
  /** While the guest stands, before QEMU gives its disks away: they travel too, and their last writes arrive by this. */
  readonly beforeSwitchOver?: () => Promise<void>
  /** Calls it off. */
  readonly signal: AbortSignal
  /** Aborts when the process has ended. */
  readonly ended: AbortSignal
}

export interface SentMemory {
  /** The rest is to follow the machine: it still runs here, and QEMU still sends. */
  readonly isEarly: boolean
  readonly progress: MoveProgress
  /** By QEMU's own count. */
  readonly downtimeMs: number
  /** performance.now() of the guest's STOP; undefined for one that stood already. */
  readonly stoppedAtMs: number | undefined
  readonly beganAtMs: number
}

const lookMs = 250
/** Passes may come faster than anybody can read. */
const tellMs = 200

/**
 * Throws OPERATION_CANCELLED by `signal`, MOVE_NOT_CONVERGING above the ladder's end, MOVE_FAILED with QEMU's words. Where
 * the guest stands after that is for the caller to see.
 */
export async function sendMemory(options: SendMemoryOptions): Promise<SentMemory> {
  const { machine, policy, transport, keyDir } = options
  const { qmp } = machine
  using ears = new MigrationEars(machine)
  await untilOver(machine, options.ended)
  await setUpSource(qmp, { policy, transport, standsFirst: options.beforeSwitchOver !== undefined })
  await setMoveKey(qmp, { dir: keyDir, endpoint: 'client' })
  await options.cap.begin(machine)
  const watch = new MemoryWatch(options)
  await setDowntimeLimit(qmp, watch.downtimeLimitMs)
  if (options.signal.aborted) throw cancelled()
  await beginMove(qmp, options.to)
  try {
    while (!(await watch.isComplete(ears)));
    return watch.sent()
  } catch (error) {
    await callOff(machine, options.ended)
    throw error
  }
}

class MemoryWatch {
  readonly #options: SendMemoryOptions
  readonly #wake: AbortSignal
  readonly #beganAtMs = performance.now()
  #phase: MovePhase = 'memory'
  #passes: PassLog = firstPass
  readonly #ladder: LadderClimber
  #figures: MoveFigures = readFigures({})
  #changedAtMs = performance.now()
  #stoppedAtMs: number | undefined
  #downtimeMs = 0
  #hasSwitched = false
  #isEarly = false
  #toldAtMs = 0

  constructor(options: SendMemoryOptions) {
    this.#options = options
    this.#wake = AbortSignal.any([options.signal, options.ended])
    this.#ladder = new LadderClimber(options.policy)
  }

  get downtimeLimitMs(): number {
    return this.#ladder.downtimeLimitMs
  }

  /** One look, after the next event or soon. */
  async isComplete(ears: MigrationEars): Promise<boolean> {
    const event = await ears.next(lookMs, this.#wake)
    this.#throwIfOver()
    const info = await this.#ask()
    // With fast passes a STOP may stand behind many others, and `completed` be seen before it was heard.
    for (const one of [event, ...ears.heard()]) this.#hear(one)
    if (info === undefined) return false
    await this.#look(info)
    if (info.status === 'pre-switchover') await this.#switchOver()
    if (info.status === 'completed') return true
    if (info.status === 'failed' || info.status === 'cancelled') throw moveFailure(info, this.#options.to)
    return this.#isEarly
  }

  /** Once: QEMU says `pre-switchover` until it has gone on. */
  async #switchOver(): Promise<void> {
    if (this.#hasSwitched) return
    this.#hasSwitched = true
    await this.#options.beforeSwitchOver?.()
    await continueMove(this.#options.machine.qmp)
  }

  sent(): SentMemory {
    return {
      isEarly: this.#isEarly,
      progress: this.#progress(),
      downtimeMs: Math.round(this.#downtimeMs),
      stoppedAtMs: this.#stoppedAtMs,
      beganAtMs: this.#beganAtMs,
    }
  }

  #hear(event: MoveEvent | undefined): void {
    if (event?.name !== 'STOP') return
    this.#stoppedAtMs = performance.now()
    this.#phase = 'switch-over'
  }

  /** Undefined while QEMU does not answer: that is no end, and bounded by what may stay unchanged. */
  async #ask(): Promise<MigrationInfo | undefined> {
    try {
      return await queryMigrate(this.#options.machine.qmp, { isRoutine: true })
    } catch (error) {
      if (!hasErrorCode(error, 'QMP_INTERRUPTED', 'QMP_UNAVAILABLE', 'QMP_TIMEOUT')) throw error
      this.#throwIfStuck()
      return undefined
    }
  }

  async #look(info: MigrationInfo): Promise<void> {
    const figures = readFigures(info)
    const { transferredBytes, remainingBytes, pass } = this.#figures
    const hasChanged =
      figures.transferredBytes !== transferredBytes ||
      figures.remainingBytes !== remainingBytes ||
      figures.pass !== pass
    if (hasChanged) this.#changedAtMs = performance.now()
    if (figures.totalBytes > 0) this.#figures = figures
    this.#downtimeMs = info.downtime ?? this.#downtimeMs
    this.#passes = notePass(this.#passes, this.#passFigures())
    this.#tell(info.status === 'completed')
    if (info.status === 'completed') return
    if (info.status === 'setup' && performance.now() - this.#beganAtMs > connectMs) throw notConnected(this.#options.to)
    this.#throwIfStuck()
    await this.#climb(figures)
  }

  #tell(isLast: boolean): void {
    const now = performance.now()
    if (!isLast && now - this.#toldAtMs < tellMs) return
    this.#toldAtMs = now
    this.#options.onProgress(this.#progress(), shareOf(this.#figures))
  }

  async #climb({ pass, remainingBytes }: MoveFigures): Promise<void> {
    if (this.#stoppedAtMs !== undefined) return
    const now = { pass, remainingBytes, elapsedMs: performance.now() - this.#beganAtMs }
    const advice = await this.#ladder.weigh(this.#options.machine.qmp, now)
    if (advice === 'switch') this.#switch()
    if (advice === 'give-up') throw notConverging(this.#figures, this.downtimeLimitMs)
  }

  #switch(): void {
    this.#isEarly = true
    this.#phase = 'switch-over'
    this.#tell(true)
  }

  #throwIfOver(): void {
    const { signal, ended } = this.#options
    if (ended.aborted) throw new AppError('MOVE_FAILED', 'Its QEMU ended while the machine was moved.')
    if (signal.aborted) throw cancelled()
  }

  #throwIfStuck(): void {
    const { noProgressMs, switchOverMs } = this.#options.limits
    const now = performance.now()
    if (now - this.#changedAtMs > noProgressMs) throw stuck('Nothing was sent any more', noProgressMs)
    if (this.#stoppedAtMs !== undefined && now - this.#stoppedAtMs > switchOverMs)
      throw stuck('The guest stood and the last of it did not arrive', switchOverMs)
  }

  #passFigures() {
    const elapsedMs = Math.round(performance.now() - this.#beganAtMs)
    return { number: Math.max(1, this.#figures.pass), transferredBytes: this.#figures.transferredBytes, elapsedMs }
  }

  #progress(): MoveProgress {
    const moment = {
      phase: this.#phase,
      elapsedMs: performance.now() - this.#beganAtMs,
      downtimeLimitMs: this.downtimeLimitMs,
      passes: this.#passes,
      ladder: this.#ladder.progress,
      bandwidthBytesPerSecond: this.#options.cap.bytesPerSecond,
    }
    return progressOf(this.#figures, moment)
  }
}

const cancelled = (): AppError => new AppError('OPERATION_CANCELLED', 'The move was cancelled; the machine stays.')

const stuck = (what: string, ms: number): AppError =>
  new AppError('MOVE_FAILED', `${what} for ${Math.round(ms / 1_000)} s; the move was called off.`)

function notConverging(figures: MoveFigures, downtimeLimitMs: number): AppError {
  const { dirtyBytesPerSecond, throughputBytesPerSecond, expectedDowntimeMs, pass } = figures
  const message = `After ${pass} passes the pause would still be longer than ${downtimeLimitMs} ms.`
  const details = { dirtyBytesPerSecond, throughputBytesPerSecond, expectedDowntimeMs, downtimeLimitMs, passes: pass }
  return new AppError('MOVE_NOT_CONVERGING', message, { details })
}
