/**
 * Copies one disk of a QEMU into a file of another pool, and keeps the copy the same until the guest is made to go on with it.
 *
 * It owns nothing: QEMU's job is named after the disk's slot, so that whoever comes later finds it. Invariants: `copyDisk`
 * returns when both are the same and the guest's I/O waits; from then on it is `takeCopy` or `dropCopy`, and soon.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { AppError, hasErrorCode } from '@berth/core/errors/app-error'
import {
  beginMirror,
  breakMirror,
  dismissJob,
  finalizeJob,
  queryJobs,
  removeNode,
  switchToCopy,
  type JobInfo,
} from '../qmp/commands/mirror-commands.ts'
import { deleteNode } from '../qmp/commands/tray-commands.ts'
import type { QmpClient } from '../qmp/qmp-client.ts'

/** Where the copying stands: `node` is the one that the guest uses, `copyNode` the one that it shall use. */
export interface PoolMirror {
  readonly machine: { readonly qmp: QmpClient }
  readonly node: string
  readonly copyNode: string
}

export interface CopyOptions {
  /** `top`: what the disk's image holds is in the other pool already. */
  readonly sync: 'full' | 'top'
  readonly bytesPerSecond: number | null
  /** No byte more for so long: the other pool is stuck. */
  readonly noProgressMs: number
  /** What is left became no less for so long: it never will. */
  readonly noGainMs: number
  readonly onProgress: (doneBytes: number, totalBytes: number) => void
  readonly signal: AbortSignal
}

const lookMs = 250
const pendingLookMs = 2
const endLookMs = 10
const endPatienceMs = 20_000

const jobIdOf = ({ copyNode }: PoolMirror): string => `relocate-${copyNode}`

/** Throws POOL_FULL, MOVE_FAILED with QEMU's words, MOVE_NOT_CONVERGING, OPERATION_CANCELLED, QMP errors: then `dropCopy` is owed. */
export async function copyDisk(mirror: PoolMirror, options: CopyOptions): Promise<void> {
  const { machine, node, copyNode } = mirror
  const jobId = jobIdOf(mirror)
  const bytesPerSecond = options.bytesPerSecond ?? 0
  const plan = { jobId, node, remoteNode: copyNode, sync: options.sync, bytesPerSecond, isFinalizedByHand: true }
  await beginMirror(machine.qmp, plan)
  await until(mirror, options, { status: 'ready', lookMs })
  await switchToCopy(machine.qmp, jobId)
  await until(mirror, options, { status: 'pending', lookMs: pendingLookMs })
}

async function until(
  mirror: PoolMirror,
  { noProgressMs, noGainMs, onProgress, signal }: CopyOptions,
  wanted: { readonly status: JobInfo['status']; readonly lookMs: number },
): Promise<void> {
  let [doneBytes, doneAtMs] = [-1, performance.now()]
  let [leastLeft, leastAtMs] = [Number.POSITIVE_INFINITY, performance.now()]
  for (;;) {
    if (signal.aborted) throw new AppError('OPERATION_CANCELLED', 'It was cancelled; the disk is where it was.')
    const job = await findJob(mirror)
    if (job === undefined || job.error !== undefined || job.status === 'concluded') throw failure(job?.error)
    const [done, total] = [job['current-progress'], job['total-progress']]
    onProgress(done, total)
    if (job.status === wanted.status) return
    const nowMs = performance.now()
    if (done !== doneBytes) [doneBytes, doneAtMs] = [done, nowMs]
    if (total === 0 || total - done < leastLeft)
      [leastLeft, leastAtMs] = [total === 0 ? leastLeft : total - done, nowMs]
    if (nowMs - doneAtMs > noProgressMs)
      throw failure(`no byte of it was written for ${Math.round(noProgressMs / 1_000)} s`)
    if (nowMs - leastAtMs > noGainMs) throw neverSame(total - done, noGainMs)
    await pause(wanted.lookMs, undefined, { signal }).catch(() => undefined)
  }
}

/**
 * The guest goes on with the copy, and its old file is closed. Idempotent. True when it does; false when QEMU would not, or knows
 * nothing of it: the guest goes on with the old file.
 */
export async function takeCopy(mirror: PoolMirror): Promise<boolean> {
  const { qmp } = mirror.machine
  const job = await findJob(mirror)
  if (job?.status === 'pending') await finalizeJob(qmp, jobIdOf(mirror))
  const ended = job === undefined ? undefined : await untilConcluded(mirror)
  if (ended?.error !== undefined) return false
  return !(await isUsedStill(mirror))
}

/** Its old node goes where nobody uses it. It is let go a moment after the job has ended. */
async function isUsedStill({ machine, node }: PoolMirror): Promise<boolean> {
  for (let tries = 0; tries < 20; tries++) {
    try {
      await deleteNode(machine.qmp, node)
      return false
    } catch (error) {
      if (!hasErrorCode(error, 'QMP_REFUSED')) throw error
      if (!error.message.includes('in use')) return false
    }
    await pause(endLookMs)
  }
  return true
}

/** The guest goes on with its old file alone. Idempotent. Throws TIMEOUT, QMP errors. */
export async function dropCopy(mirror: PoolMirror): Promise<void> {
  const { qmp } = mirror.machine
  const job = await findJob(mirror)
  if (job !== undefined) {
    await breakMirror(qmp, jobIdOf(mirror))
    await untilConcluded(mirror)
  }
  await removeNode(qmp, mirror.copyNode)
}

async function untilConcluded(mirror: PoolMirror): Promise<JobInfo | undefined> {
  const deadline = performance.now() + endPatienceMs
  for (;;) {
    const job = await findJob(mirror)
    if (job === undefined) return undefined
    if (job.status === 'concluded') {
      await dismissJob(mirror.machine.qmp, jobIdOf(mirror))
      return job
    }
    if (performance.now() > deadline)
      throw new AppError('TIMEOUT', `A disk is still copied (${job.status}) ${endPatienceMs} ms after that was ended.`)
    await pause(endLookMs)
  }
}

async function findJob(mirror: PoolMirror): Promise<JobInfo | undefined> {
  const jobId = jobIdOf(mirror)
  return (await queryJobs(mirror.machine.qmp)).find(({ id }) => id === jobId)
}

const failure = (words: string | undefined): AppError =>
  words !== undefined && /no space left/i.test(words)
    ? new AppError('POOL_FULL', 'The other pool ran full while the disk was copied.', { details: { words } })
    : new AppError('MOVE_FAILED', `The disk could not be copied: ${words ?? 'QEMU does not say why'}.`, {
        details: { words },
      })

function neverSame(leftBytes: number, noGainMs: number): AppError {
  const what = `The guest writes to its disk as fast as it is copied: ${Math.ceil(leftBytes / 2 ** 20)} MiB are left`
  const message = `${what}, and that became no less for ${Math.round(noGainMs / 1_000)} s.`
  return new AppError('MOVE_NOT_CONVERGING', message, { details: { leftBytes } })
}
