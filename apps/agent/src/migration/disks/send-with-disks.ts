/**
 * Sends a machine's memory, and before that the disks that travel: they are copied first and kept the same while memory is
 * sent, because a guest that runs on another host needs all of its disk at once, and of its memory only the last pass.
 */
import { AppError, toAppError } from '@berth/core/errors/app-error'
import type { DiskDoor, DiskFreight, DiskProgress } from '@berth/core/migration/move-disks'
import { moveLadders, policyMay } from '@berth/core/migration/move-policy'
import type { MoveProgress } from '@berth/core/migration/move-progress'
import type { VmSpec } from '@berth/core/vm/vm-spec'
import { sendMemory, type SendMemoryOptions, type SentMemory } from '../send-memory.ts'
import { cutMirrors } from './clear-mirrors.ts'
import { DiskMirrors } from './disk-mirrors.ts'

export interface SendAllOptions extends SendMemoryOptions {
  readonly spec: Pick<VmSpec, 'disks' | 'memoryBytes'>
  readonly freight: readonly DiskFreight[]
  /** Aborts when the other host cannot be reached: nothing of the guest must wait for it. */
  readonly silent: AbortSignal
  /** Absent where none travel. */
  readonly door: DiskDoor | undefined
}

export interface SentAll extends SentMemory {
  readonly disks: readonly DiskProgress[]
}

/** Throws as sendMemory, and MOVE_FAILED with QEMU's words about a disk. What is left in QEMU then is for clear-mirrors.ts. */
export async function sendWithDisks(options: SendAllOptions): Promise<SentAll> {
  const { machine, freight, door, limits, signal } = options
  if (door === undefined || freight.length === 0) return { ...(await sendMemory(options)), disks: [] }
  // Its disks would have to be settled while it stands already, and belong to both sides if that fails.
  if (policyMay(options.policy, 'switch'))
    throw new AppError(
      'MOVE_FAILED',
      'A machine whose disks travel cannot go ahead of its memory: choose another policy.',
    )
  const beganAtMs = performance.now()
  const { noProgressMs, noDiskGainMs: noGainMs, settleMs } = limits
  using mirrors = new DiskMirrors({ ...options, door, noProgressMs, noGainMs, settleMs })
  const stop = AbortSignal.any([signal, mirrors.failed, options.silent, options.ended])
  // Writes that are on their way over a dead link would keep QEMU from being told anything else.
  const cut = (): void => void cutMirrors(machine).catch(() => undefined)
  stop.addEventListener('abort', cut, { once: true })
  try {
    const share = new SharedBar(options, mirrors)
    await mirrors.begin()
    await mirrors.untilReady(
      () => options.onProgress(copyingProgress(options, { mirrors, beganAtMs }), share.ofDisks()),
      stop,
    )
    const before = performance.now() - beganAtMs
    const sent = await sendMemory({
      ...options,
      signal: stop,
      beforeSwitchOver: () => mirrors.settle(),
      onProgress: (move, ofMemory) => options.onProgress(beside(move, { mirrors, before }), share.ofMemory(ofMemory)),
    })
    const progress = beside(sent.progress, { mirrors, before })
    return { ...sent, progress, beganAtMs, disks: mirrors.progress }
  } catch (error) {
    const cause = [options.silent, mirrors.failed].find(({ aborted }) => aborted)
    if (signal.aborted) throw error
    if (options.ended.aborted) throw new AppError('MOVE_FAILED', 'Its QEMU ended while the machine was moved.')
    throw cause === undefined ? error : toAppError(cause.reason)
  } finally {
    stop.removeEventListener('abort', cut)
  }
}

/** Disks and memory fill one bar, each as much of it as it has bytes. */
class SharedBar {
  readonly #options: SendAllOptions
  readonly #mirrors: DiskMirrors

  constructor(options: SendAllOptions, mirrors: DiskMirrors) {
    this.#options = options
    this.#mirrors = mirrors
  }

  ofDisks(): number {
    const { memoryBytes } = this.#options.spec
    return sumOf(this.#mirrors, 'doneBytes') / (sumOf(this.#mirrors, 'totalBytes') + memoryBytes)
  }

  ofMemory(share: number | null): number | null {
    if (share === null) return null
    const { memoryBytes } = this.#options.spec
    const diskBytes = sumOf(this.#mirrors, 'totalBytes')
    return (diskBytes + share * memoryBytes) / (diskBytes + memoryBytes)
  }
}

export const sumOf = ({ progress }: Pick<DiskMirrors, 'progress'>, of: 'doneBytes' | 'totalBytes'): number =>
  progress.reduce((bytes, disk) => bytes + disk[of], 0)

/** Before any memory is sent. */
export function copyingProgress(
  { policy, cap }: Pick<SendAllOptions, 'policy' | 'cap'>,
  { mirrors, beganAtMs }: { mirrors: Pick<DiskMirrors, 'progress'>; beganAtMs: number },
): MoveProgress {
  const elapsedMs = Math.round(performance.now() - beganAtMs)
  const perSecond = elapsedMs === 0 ? 0 : (sumOf(mirrors, 'doneBytes') / elapsedMs) * 1_000
  return {
    ...{ at: new Date().toISOString(), phase: 'disks', elapsedMs, disks: [...mirrors.progress] },
    // Of its memory nothing has been sent.
    ...{ totalBytes: 0, transferredBytes: 0, remainingBytes: 0, throughputBytesPerSecond: perSecond },
    ...{ dirtyBytesPerSecond: null, expectedDowntimeMs: null, throttlePercent: 0, passes: [] },
    downtimeLimitMs: moveLadders[policy].firstDowntimeLimitMs,
    bandwidthBytesPerSecond: cap.bytesPerSecond,
  }
}

/** The clock of the whole move began with the disks. */
function beside(move: MoveProgress, { mirrors, before }: { mirrors: DiskMirrors; before: number }): MoveProgress {
  const later = <T extends { readonly elapsedMs: number }>(what: T): T => ({
    ...what,
    elapsedMs: Math.round(what.elapsedMs + before),
  })
  const { ladder } = move
  return {
    ...later(move),
    ...(ladder && { ladder: { ...ladder, taken: ladder.taken.map(later) } }),
    disks: [...mirrors.progress],
  }
}
