/**
 * Mirrors a running machine's disks into the QEMU that waits for it, and keeps them the same until the machine stands.
 *
 * Owner of its state: how far each copy is, and which has failed. Invariants: `settle` returns only when each copy has ended
 * without an error, so that every write that the guest was told of is on both sides; a copy that ends by itself is a failure,
 * whenever it does. Whoever began it ends what is left of it in QEMU by clear-mirrors.ts; nothing here decides whose the
 * machine is.
 *
 * What is waited for, and how long: until all are ready, bytes must go on being copied, and what is left must become less: a
 * guest can write to its disk faster than the link takes it. A job is asked how it ended (it stays
 * until it is dismissed), so that no event can be missed between two links to QEMU.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { AppError, hasErrorCode } from '@berth/core/errors/app-error'
import type { DiskDoor, DiskFreight, DiskProgress } from '@berth/core/migration/move-disks'
import type { VmSpec } from '@berth/core/vm/vm-spec'
import {
  addRemoteNode,
  beginMirror,
  completeMirror,
  dismissJob,
  queryJobs,
  removeNode,
  setDiskKey,
  setJobSpeed,
  type JobInfo,
} from '../../qmp/commands/mirror-commands.ts'
import type { QmpClient } from '../../qmp/qmp-client.ts'
import type { DiskNodes } from '../../vm/disk-nodes.ts'
import type { SendCap } from '../send-cap.ts'
import { namedDisks, type NamedDisk } from './disk-names.ts'

export interface MirrorOptions {
  /** Its link may be another one later. */
  readonly machine: { readonly qmp: QmpClient; readonly run?: { readonly diskNodes: DiskNodes } }
  readonly spec: Pick<VmSpec, 'disks'>
  readonly freight: readonly DiskFreight[]
  readonly door: DiskDoor
  readonly keyDir: string
  readonly cap: SendCap
  /** No byte more for so long: the link is dead. */
  readonly noProgressMs: number
  /** What is left became no less for so long: it never will. */
  readonly noGainMs: number
  /** What the last writes may take to arrive, while the guest stands. */
  readonly settleMs: number
}

const lookMs = 250
const settleLookMs = 1

export class DiskMirrors implements Disposable {
  readonly #options: MirrorOptions
  readonly #disks: readonly NamedDisk[]
  readonly #failed = new AbortController()
  #progress: readonly DiskProgress[]
  #changedAtMs = performance.now()
  #least = { bytes: Number.POSITIVE_INFINITY, atMs: performance.now() }
  #bytesPerSecond: number
  #watching: NodeJS.Timeout | undefined
  #isLooking = false

  constructor(options: MirrorOptions) {
    this.#options = options
    this.#disks = namedDisks(options.spec, options.freight, options.machine.run?.diskNodes)
    this.#bytesPerSecond = this.#share()
    this.#progress = this.#disks.map(({ disk: { volumeId } }) => ({
      ...{ volumeId, doneBytes: 0, totalBytes: 0, isReady: false },
    }))
  }

  get progress(): readonly DiskProgress[] {
    return this.#progress
  }

  /** Aborts when a copy has ended by itself; its reason is a MOVE_FAILED with QEMU's words. */
  get failed(): AbortSignal {
    return this.#failed.signal
  }

  /** Throws MOVE_FAILED when the other side cannot be reached, or is not of this size; QMP errors. */
  async begin(): Promise<void> {
    const { door, keyDir, machine } = this.#options
    await setDiskKey(machine.qmp, { dir: keyDir, endpoint: 'client' })
    for (const { disk, node, remote } of this.#disks) {
      const sync = disk.base.kind === 'image' ? 'top' : 'full'
      try {
        await addRemoteNode(machine.qmp, { node: remote, ...door, name: disk.volumeId })
        await beginMirror(machine.qmp, {
          ...{ jobId: remote, node, remoteNode: remote, sync, bytesPerSecond: this.#bytesPerSecond },
        })
      } catch (error) {
        if (!hasErrorCode(error, 'QMP_REFUSED')) throw error
        throw new AppError('MOVE_FAILED', `A disk cannot be copied: ${error.message}`, { cause: error })
      }
    }
  }

  /**
   * Both sides were the same when it returns, but for what is on its way. Throws MOVE_FAILED, MOVE_NOT_CONVERGING,
   * OPERATION_CANCELLED by `signal`, QMP errors.
   */
  async untilReady(onProgress: () => void, signal: AbortSignal): Promise<void> {
    for (;;) {
      if (signal.aborted) throw new AppError('OPERATION_CANCELLED', 'The move was cancelled; the machine stays.')
      await this.#look()
      if (this.#failed.signal.aborted) throw this.#failed.signal.reason
      onProgress()
      if (this.#progress.every(({ isReady }) => isReady)) break
      this.#throwIfStuck()
      await pause(lookMs, undefined, { signal }).catch(() => undefined)
    }
    this.#watching = setInterval(() => this.#lookBeside(), lookMs)
  }

  /** While the guest stands: its last writes arrive, and the copies are let go. Throws MOVE_FAILED, QMP errors. */
  async settle(): Promise<void> {
    clearInterval(this.#watching)
    const { machine, settleMs } = this.#options
    const { qmp } = machine
    // The guest waits for these few bytes: no cap holds them up.
    for (const { remote } of this.#disks) await setJobSpeed(qmp, remote, 0)
    await Promise.all(this.#disks.map(({ remote }) => completeMirror(qmp, remote)))
    const deadline = performance.now() + settleMs
    for (;;) {
      const jobs = this.#jobsOf(await queryJobs(qmp))
      const broken = jobs.find((job) => job === undefined || job.error !== undefined)
      if (broken !== undefined || jobs.includes(undefined)) throw failure(broken?.error)
      if (jobs.every((job) => job?.status === 'concluded')) break
      if (performance.now() > deadline) throw failure(`its last writes did not arrive within ${settleMs} ms`)
      await pause(settleLookMs)
    }
    await Promise.all(this.#disks.map(({ remote }) => dismissJob(qmp, remote)))
    await Promise.all(this.#disks.map(({ remote }) => removeNode(qmp, remote)))
  }

  [Symbol.dispose](): void {
    clearInterval(this.#watching)
  }

  #throwIfStuck(): void {
    const { noProgressMs, noGainMs } = this.#options
    const now = performance.now()
    if (now - this.#changedAtMs > noProgressMs)
      throw failure(`no byte of them was sent for ${Math.round(noProgressMs / 1_000)} s`)
    const leftBytes = this.#progress.reduce((sum, { doneBytes, totalBytes }) => sum + totalBytes - doneBytes, 0)
    // A job that has not begun to count has nothing left either.
    const isCounted = this.#progress.every(({ totalBytes }) => totalBytes > 0)
    if (!isCounted || leftBytes < this.#least.bytes)
      this.#least = { bytes: isCounted ? leftBytes : Number.POSITIVE_INFINITY, atMs: now }
    if (now - this.#least.atMs > noGainMs) throw neverSame(leftBytes, noGainMs)
  }

  #jobsOf(jobs: readonly JobInfo[]): (JobInfo | undefined)[] {
    return this.#disks.map(({ remote }) => jobs.find(({ id }) => id === remote))
  }

  #lookBeside(): void {
    if (this.#isLooking) return
    this.#isLooking = true
    this.#look()
      .catch((error: unknown) => this.#failed.abort(error))
      .finally(() => (this.#isLooking = false))
  }

  /** A QEMU that does not answer now is no failure of a copy: it is asked again. */
  async #look(): Promise<void> {
    let jobs: (JobInfo | undefined)[]
    try {
      jobs = this.#jobsOf(await queryJobs(this.#options.machine.qmp))
      await this.#keepPace()
    } catch (error) {
      if (hasErrorCode(error, 'QMP_INTERRUPTED', 'QMP_UNAVAILABLE', 'QMP_TIMEOUT')) return
      throw error
    }
    const broken = jobs.findIndex((job) => job === undefined || job.error !== undefined || job.status === 'concluded')
    if (broken !== -1) this.#failed.abort(failure(jobs[broken]?.error))
    const progress = this.#disks.map(({ disk: { volumeId } }, index) => progressOf(volumeId, jobs[index]))
    const hasChanged = progress.some((now, index) => now.doneBytes !== this.#progress[index]?.doneBytes)
    if (hasChanged) this.#changedAtMs = performance.now()
    this.#progress = progress
  }

  /** The cap of the move is for all of them together. */
  async #keepPace(): Promise<void> {
    const bytesPerSecond = this.#share()
    if (bytesPerSecond === this.#bytesPerSecond) return
    for (const { remote } of this.#disks) await setJobSpeed(this.#options.machine.qmp, remote, bytesPerSecond)
    this.#bytesPerSecond = bytesPerSecond
  }

  #share(): number {
    const { bytesPerSecond } = this.#options.cap
    return bytesPerSecond === null ? 0 : Math.ceil(bytesPerSecond / Math.max(1, this.#disks.length))
  }
}

const progressOf = (volumeId: DiskProgress['volumeId'], job: JobInfo | undefined): DiskProgress => ({
  volumeId,
  doneBytes: job?.['current-progress'] ?? 0,
  totalBytes: job?.['total-progress'] ?? 0,
  isReady: job?.status === 'ready',
})

const failure = (words: string | undefined): AppError =>
  new AppError('MOVE_FAILED', `The copy of a disk ended: ${words ?? 'QEMU does not say why'}.`, { details: { words } })

function neverSame(leftBytes: number, noGainMs: number): AppError {
  const what = `The guest writes to its disks as fast as they are copied: ${Math.ceil(leftBytes / 2 ** 20)} MiB are left`
  const message = `${what}, and that became no less for ${Math.round(noGainMs / 1_000)} s.`
  return new AppError('MOVE_NOT_CONVERGING', message, { details: { leftBytes } })
}
