/**
 * The source of a machine that went ahead of its memory (post-copy): its QEMU serves what is missing there, and this sees that it can,
 * until all has followed.
 *
 * It owns the move inside QEMU from `migrate-start-postcopy` on. Invariants: it ends nothing and gives nothing up by itself; a broken
 * link is made again, as often as it breaks, until the machine's process there is gone, this one is, or an operator gives up. QEMU
 * says of a cut link nothing for minutes, so one that brings nothing is broken on purpose: only then can it be made again.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { AppError, hasErrorCode, toAppError } from '@berth/core/errors/app-error'
import type { MoveProgress, PostCopyProgress } from '@berth/core/migration/move-progress'
import { breakMoveLink, queryMigrate, resumeMove, type MigrationInfo } from '../qmp/commands/move-commands.ts'
import type { QmpClient } from '../qmp/qmp-client.ts'
import { MigrationEars } from './migration-ears.ts'
import { readFigures, shareOf, type MoveFigures } from './move-figures.ts'

/** `never-left`: QEMU called the switch off, so that all of the machine is still here. */
export type ServeEnd = 'all-followed' | 'never-left' | 'gone-here' | 'gone-there' | 'given-up'

export interface ServeOptions {
  readonly machine: { readonly qmp: QmpClient }
  /** What was told last before it switched; undefined after a restart of the agent. */
  readonly before: MoveProgress | undefined
  /** Makes the other side listen anew, and says where. OBJECT_NOT_FOUND: there is nobody left to listen. */
  readonly askToListen: () => Promise<{ host: string; port: number }>
  /** The other host has the machine: until then it stands, and that is the pause. */
  readonly isTaken: () => boolean
  readonly isGivenUp: () => boolean
  readonly onProgress: (progress: MoveProgress, share: number | null) => void
  /** Nothing came for so long: the link is taken for broken. */
  readonly silentMs: number
  /** Aborts when nobody needs the answer any more: the agent ends, or the other host refused. */
  readonly signal: AbortSignal
  /** Aborts when the process has ended. */
  readonly ended: AbortSignal
}

const lookMs = 200
const tellMs = 200
const firstPauseMs = 500
const maxPauseMs = 5_000

/** Throws OPERATION_INTERRUPTED by `signal`. */
export async function serveMemory(options: ServeOptions): Promise<ServeEnd> {
  using ears = new MigrationEars(options.machine)
  const serving = new Serving(options)
  const wake = AbortSignal.any([options.signal, options.ended])
  for (;;) {
    if (options.ended.aborted) return 'gone-here'
    if (options.signal.aborted) throw new AppError('OPERATION_INTERRUPTED', 'Nobody follows the memory any more.')
    const end = await serving.look()
    if (end !== undefined) return end
    await ears.next(lookMs, wake)
  }
}

const switched: ReadonlySet<string | undefined> = new Set([
  ...['postcopy-active', 'postcopy-paused', 'postcopy-recover', 'completed'],
])
const overHere: ReadonlySet<string | undefined> = new Set([undefined, 'none', 'failed', 'cancelled'])

class Serving {
  readonly #options: ServeOptions
  readonly #beganAtMs = performance.now()
  #figures: MoveFigures = readFigures({})
  #pageRequests = 0
  /** Before that it could still run here, and there is nothing to say of what follows it. */
  #hasSwitched = false
  #changedAtMs = performance.now()
  #toldAtMs = 0
  #recoveries = 0
  #trouble: string | null = null
  #pauseMs = firstPauseMs

  constructor(options: ServeOptions) {
    this.#options = options
  }

  async look(): Promise<ServeEnd | undefined> {
    const info = await this.#ask()
    if (info === undefined) return undefined
    this.#note(info)
    if (info.status === 'completed') {
      this.#tell('up', true)
      return 'all-followed'
    }
    if (overHere.has(info.status)) return 'never-left'
    if (info.status === 'postcopy-paused') return this.#recover()
    if (info.status === 'postcopy-active' && this.#pauseMs !== firstPauseMs) this.#wasRecovered()
    this.#tell(info.status === 'postcopy-recover' ? 'lost' : 'up')
    if (performance.now() - this.#changedAtMs > this.#options.silentMs) await this.#break()
    return undefined
  }

  /** Undefined while QEMU does not answer: it may be busy with the very pages. */
  async #ask(): Promise<MigrationInfo | undefined> {
    try {
      return await queryMigrate(this.#options.machine.qmp, { isRoutine: true })
    } catch (error) {
      if (!hasErrorCode(error, 'QMP_INTERRUPTED', 'QMP_UNAVAILABLE', 'QMP_TIMEOUT')) throw error
      return undefined
    }
  }

  #note(info: MigrationInfo): void {
    const figures = readFigures(info)
    const pageRequests = info.ram?.['postcopy-requests'] ?? this.#pageRequests
    const hasChanged =
      figures.transferredBytes !== this.#figures.transferredBytes ||
      figures.remainingBytes !== this.#figures.remainingBytes
    if (hasChanged) this.#changedAtMs = performance.now()
    if (figures.totalBytes > 0) this.#figures = figures
    this.#pageRequests = pageRequests
    this.#hasSwitched ||= switched.has(info.status)
  }

  async #recover(): Promise<ServeEnd | undefined> {
    if (this.#options.isGivenUp()) return 'given-up'
    this.#tell('lost', true)
    try {
      const to = await this.#options.askToListen()
      await resumeMove(this.#options.machine.qmp, to)
      this.#recoveries++
    } catch (error) {
      if (hasErrorCode(error, 'OBJECT_NOT_FOUND')) return 'gone-there'
      if (this.#options.signal.aborted || this.#options.ended.aborted) return undefined
      this.#trouble = toAppError(error).message
      this.#tell('lost', true)
    }
    this.#changedAtMs = performance.now()
    await pause(this.#pauseMs, undefined, { signal: this.#options.signal }).catch(() => undefined)
    this.#pauseMs = Math.min(2 * this.#pauseMs, maxPauseMs)
    return undefined
  }

  #wasRecovered(): void {
    this.#pauseMs = firstPauseMs
    this.#trouble = null
  }

  /** QEMU then says `postcopy-paused`. */
  async #break(): Promise<void> {
    this.#changedAtMs = performance.now()
    await breakMoveLink(this.#options.machine.qmp)
  }

  #tell(link: PostCopyProgress['link'], isAtOnce = false): void {
    const now = performance.now()
    if (!isAtOnce && now - this.#toldAtMs < tellMs) return
    this.#toldAtMs = now
    this.#options.onProgress(this.#progress(link), shareOf(this.#figures))
  }

  #progress(link: PostCopyProgress['link']): MoveProgress {
    const { before, isTaken } = this.#options
    const { pass: _pass, ...figures } = this.#figures
    const sinceMs = Math.round(performance.now() - this.#beganAtMs)
    return {
      ...{ downtimeLimitMs: 1, passes: [], ...before, ...figures },
      at: new Date().toISOString(),
      phase: isTaken() ? 'post-copy' : 'hand-over',
      elapsedMs: (before?.elapsedMs ?? 0) + sinceMs,
      // Its processors run there: what they write is written there.
      ...{ dirtyBytesPerSecond: null, expectedDowntimeMs: null, throttlePercent: 0 },
      ...(this.#hasSwitched && { postCopy: this.#postCopy(link) }),
    }
  }

  #postCopy(link: PostCopyProgress['link']): PostCopyProgress {
    return { link, recoveries: this.#recoveries, pageRequests: this.#pageRequests, trouble: this.#trouble }
  }
}
