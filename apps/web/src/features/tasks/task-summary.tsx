'use client'
import { ProgressBar } from '@berth/ui/progress-bar'
import { RelativeTime } from '@berth/ui/relative-time'
import { StateDot } from '@berth/ui/state-dot'
import { useNow } from '@berth/ui/ticking-clock'
import { isOperationEnded } from '@berth/core/operation/operation-ended'
import type { OperationView } from '@berth/core/operation/operation'
import { formatDuration } from '../../lib/format.ts'
import { barShare, progressLine, remainingMs, statusLooks, taskDurationMs } from './task-words.ts'

/** How it stands, in a word with its shape. */
export function TaskStatus({ status, className }: { status: OperationView['status']; className?: string | undefined }) {
  const { kind, word } = statusLooks[status]
  return <StateDot kind={kind} label={word} className={className} />
}

/** While it is under way: where it is, and how far. Nothing afterwards. */
export function TaskProgress({ task }: { task: OperationView }) {
  if (isOperationEnded(task.status)) return null
  const line = progressLine(task)
  return (
    <div className="flex flex-col gap-1.5">
      <p className="text-ink-2 flex flex-wrap justify-between gap-x-3 text-xs empty:hidden">
        {line !== '' && <span className="line-clamp-2 min-w-0">{line}</span>}
        <TaskRemaining task={task} />
      </p>
      <ProgressBar label={task.title} value={barShare(task)} tone={task.status === 'cancelling' ? 'warn' : 'accent'} />
    </div>
  )
}

/** "Administrator · 3 min ago · 12 s" */
export function TaskFacts({ task }: { task: OperationView }) {
  const { actor } = task
  return (
    <span className="text-ink-3 flex flex-wrap items-center gap-x-1.5 text-xs">
      <span className="max-w-40 truncate">{actor.name}</span>
      {actor.via === 'token' && <span>by API token</span>}
      <span aria-hidden>·</span>
      <RelativeTime at={task.startedAt ?? task.createdAt} />
      <span aria-hidden>·</span>
      <TaskDuration task={task} />
    </span>
  )
}

function TaskRemaining({ task }: { task: OperationView }) {
  const now = useNow()
  const remaining = now === null ? null : remainingMs(task, now)
  if (remaining === null) return null
  return <span className="text-ink-3 whitespace-nowrap">about {formatDuration(Math.max(1_000, remaining))} left</span>
}

/** How long it took, or has been taking so far; milliseconds only where they say something. */
export function TaskDuration({ task }: { task: OperationView }) {
  const now = useNow()
  if (task.endedAt === null && now === null) return null
  const span = taskDurationMs(task, now ?? 0)
  const shown = task.endedAt === null ? Math.floor(span / 1000) * 1000 : span
  return (
    <span className="whitespace-nowrap">{shown === 0 && task.endedAt === null ? '0 s' : formatDuration(shown)}</span>
  )
}
