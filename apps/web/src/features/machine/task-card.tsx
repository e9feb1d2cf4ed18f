'use client'
import { isOperationEnded } from '@berth/core/operation/operation-ended'
import { Card } from '@berth/ui/card'
import { IconButton } from '@berth/ui/icon-button'
import { ProgressBar } from '@berth/ui/progress-bar'
import { X } from 'lucide-react'
import { TaskBody } from '../tasks/task-body.tsx'
import { TaskStatus } from '../tasks/task-summary.tsx'
import { barShare } from '../tasks/task-words.ts'
import type { FollowedTask } from './use-followed-task.ts'

/** A task with its steps as they happen. */
export function TaskCard({ task, putAway }: FollowedTask) {
  const isMove = task.kind === 'vm.migrate'
  const hasEnded = isOperationEnded(task.status)
  return (
    <Card
      title={task.title}
      aria-label={task.title}
      actions={
        <>
          <TaskStatus status={task.status} className="text-ink-2 text-xs" />
          {hasEnded && (
            <IconButton label="Put away" size="sm" onClick={putAway}>
              <X />
            </IconButton>
          )}
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {!hasEnded && !isMove && <ProgressBar label={task.title} value={barShare(task)} />}
        <TaskBody task={task} />
      </div>
    </Card>
  )
}
