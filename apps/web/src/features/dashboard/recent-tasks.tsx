'use client'
import { Card } from '@berth/ui/card'
import { ProgressBar } from '@berth/ui/progress-bar'
import { RelativeTime } from '@berth/ui/relative-time'
import { isOperationEnded } from '@berth/core/operation/operation-ended'
import type { OperationView } from '@berth/core/operation/operation'
import Link from 'next/link'
import { paths } from '../../lib/paths.ts'
import { TaskStatus } from '../tasks/task-summary.tsx'

export function RecentTasks({ operations }: { operations: readonly OperationView[] }) {
  return (
    <Card
      title="Recent tasks"
      flush
      actions={
        <Link href={paths.tasks()} className="text-accent-ink text-xs font-medium hover:underline">
          All tasks
        </Link>
      }
    >
      {operations.length === 0 && <p className="text-ink-2 px-4 py-5 text-sm">Nothing was done yet.</p>}
      <ul className="divide-line-soft divide-y">
        {operations.map((operation) => (
          <li key={operation.operationId}>
            <TaskLine operation={operation} />
          </li>
        ))}
      </ul>
    </Card>
  )
}

function TaskLine({ operation }: { operation: OperationView }) {
  const isRunning = !isOperationEnded(operation.status)
  return (
    <Link
      href={paths.task(operation.operationId)}
      className="hover:bg-hover flex items-center gap-3 px-4 py-2.5 text-sm"
    >
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium">{operation.title}</span>
        <span className="text-ink-3 block truncate text-xs">
          {operation.actor.name}
          {isRunning && operation.phase !== null && ` · ${operation.phase}`}
        </span>
        {isRunning && <ProgressBar label={operation.title} value={operation.progress} className="mt-1.5" />}
      </span>
      <TaskStatus status={operation.status} className="text-ink-2 text-xs" />
      <RelativeTime at={operation.createdAt} className="text-ink-3 w-18 text-right text-xs" />
    </Link>
  )
}
