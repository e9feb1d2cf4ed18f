/** How a task reads: its state, its steps, its time, and what a cancel would do to it. */
import { isOperationEnded } from '@berth/core/operation/operation-ended'
import type { OperationKind, OperationView } from '@berth/core/operation/operation'
import type { OperationStatus, OperationStepView, StepStatus } from '@berth/core/operation/operation'
import type { StateKind } from '@berth/ui/state-dot'
import type { StepState } from '@berth/ui/step-list'
import { formatDuration, formatPercent } from '../../lib/format.ts'

export const statusLooks: Readonly<Record<OperationStatus, { kind: StateKind; word: string }>> = {
  queued: { kind: 'unknown', word: 'Queued' },
  running: { kind: 'busy', word: 'Running' },
  cancelling: { kind: 'busy', word: 'Cancelling' },
  succeeded: { kind: 'on', word: 'Done' },
  failed: { kind: 'failed', word: 'Failed' },
  cancelled: { kind: 'off', word: 'Cancelled' },
  interrupted: { kind: 'warn', word: 'Interrupted' },
}

const stepStates: Readonly<Record<StepStatus, StepState>> = {
  pending: 'waiting',
  running: 'running',
  succeeded: 'done',
  failed: 'failed',
  undoing: 'undoing',
  undone: 'undone',
  skipped: 'skipped',
}

/**
 * A step that failed and was cleaned up after still is the one that failed; its row says so, and its time tells the rest.
 * A step that was running when its task ended did not end itself: nobody knows how far it came.
 */
export function stepStateOf(step: OperationStepView, status: OperationStatus): StepState {
  if (status === 'cancelled' && step.error?.code === 'OPERATION_CANCELLED') return 'cancelled'
  if (step.status === 'undone' && step.error !== null) return 'failed'
  const state = stepStates[step.status]
  if (!isOperationEnded(status) || (state !== 'running' && state !== 'undoing')) return state
  return status === 'cancelled' ? 'cancelled' : 'interrupted'
}

type Timed = Pick<OperationView, 'createdAt' | 'startedAt' | 'endedAt'>

/** From its start, or from being asked while it waits, to its end or `nowMs`; in ms, never negative. */
export function taskDurationMs({ createdAt, startedAt, endedAt }: Timed, nowMs: number): number {
  const from = Date.parse(startedAt ?? createdAt)
  return Math.max(0, (endedAt === null ? nowMs : Date.parse(endedAt)) - from)
}

/** "340 ms", "12 s"; while the step runs against `nowMs`, which has whole seconds only. Null before it began. */
export function stepDuration({ startedAt, endedAt }: OperationStepView, nowMs: number | null): string | null {
  if (startedAt === null) return null
  if (endedAt !== null) return formatDuration(Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)))
  if (nowMs === null) return null
  return formatDuration(Math.max(0, Math.floor((nowMs - Date.parse(startedAt)) / 1000)) * 1000)
}

const etaFromShare = 0.03
const etaAfterMs = 3_000

/** How long the running step will take yet, if it goes on as it has; null while that cannot be said. */
export function remainingMs({ steps, status }: Pick<OperationView, 'steps' | 'status'>, nowMs: number): number | null {
  const step = steps.find((each) => each.status === 'running')
  if (status !== 'running' || !step?.startedAt || step.progress === null) return null
  const spentMs = nowMs - Date.parse(step.startedAt)
  if (step.progress < etaFromShare || step.progress >= 1 || spentMs < etaAfterMs) return null
  return Math.round(((spentMs / step.progress) * (1 - step.progress)) / 1000) * 1000
}

/** For a bar: of a running task without any share yet nothing is known, and an empty bar would look stuck. */
export function barShare({ status, progress }: Pick<OperationView, 'status' | 'progress'>): number | null {
  return status === 'queued' ? 0 : progress || null
}

/** "Download, check and convert · 43 % · 120 MiB of 280 MiB": where it is now, as far as it can say. */
export function progressLine(task: Pick<OperationView, 'phase' | 'progress' | 'progressText'>): string {
  const percent = task.progress ? formatPercent(Math.floor(task.progress * 100) / 100) : null
  return [task.phase, percent, task.progressText].filter((part) => part !== null && part !== '').join(' · ')
}

/** What a retry does is asked for before it is done, where it takes something away or cuts the power. */
export function retryQuestion({ kind, target }: Pick<OperationView, 'kind' | 'target'>): string | null {
  if (kind === 'vm.delete') return `${target.name} is deleted with its disks and everything on them.`
  if (kind === 'image.delete') return `The image ${target.name} is deleted with its file.`
  if (kind === 'vm.stop') return `The power of ${target.name} is cut; what its guest has not written is lost.`
  return kind === 'vm.reset' ? `${target.name} is reset; what its guest has not written is lost.` : null
}

const cancelEffects: Readonly<Record<OperationKind, string>> = {
  'vm.create': 'What was made so far is removed again: disks, address and name. The machine will not exist.',
  'vm.start': 'If the machine has not started yet, it stays off. If it runs already, it goes on running.',
  'vm.shutdown': 'The guest is no longer waited for. If it has begun to shut down, it goes on doing so.',
  'vm.stop': 'If the power is not cut yet, the machine goes on running.',
  'vm.reboot': 'The guest is no longer waited for. If it has begun to reboot, it goes on doing so.',
  'vm.reset': 'If the machine was not reset yet, it goes on as it is.',
  'vm.pause': 'If the machine is not paused yet, it goes on running.',
  'vm.resume': 'If the machine does not run yet, it stays paused.',
  'vm.update': 'The earlier settings come back. A disk that has grown stays as large as it is.',
  'vm.insertDisc': 'If the disc is not in yet, the drive keeps what it had.',
  'vm.ejectDisc': 'If the disc is not out yet, it stays in.',
  'vm.migrate':
    'The machine stays where it is and goes on there without a break. What the other host has received is thrown away.',
  'vm.moveDisk':
    'Unless it has gone on with the copy by then, the disk stays where it is, and what was copied is removed.',
  'vm.rehearse': 'What was started on the other host is ended. The machine is not touched.',
  'vm.delete': 'If the machine is not marked as being deleted yet, it is kept.',
  'image.import': 'The download ends and its file is removed. The image stays in the list as cancelled, to try again.',
  'image.delete': 'If the image is not marked as being deleted yet, it is kept.',
  'image.forget': 'If its file is not removed yet, the copy is kept.',
  'pool.create': 'The hosts that have the pool already let go of it. An empty directory is empty again.',
  'pool.attach': 'The host lets go of the pool again. What lies in it stays.',
  'pool.detach': 'If the host has not let go of the pool yet, it keeps it.',
  'host.drain':
    'No further machine leaves. Moves that are under way are stopped, and those machines stay; what has moved stays where it is. The host takes nothing new until maintenance ends.',
}

export function cancelEffect({ kind, status }: Pick<OperationView, 'kind' | 'status'>): string {
  return status === 'queued' ? `It has not begun. ${cancelEffects[kind]}` : cancelEffects[kind]
}

/** Why a cancel is not possible now, or null. */
export function cancelRefusal({
  status,
  isCancellable,
}: Pick<OperationView, 'status' | 'isCancellable'>): string | null {
  if (isOperationEnded(status)) return 'It has ended'
  if (status === 'cancelling') return 'It is being cancelled'
  return isCancellable ? null : 'It is past the point where it could be undone'
}
