'use client'
import { isOperationEnded } from '@berth/core/operation/operation-ended'
import type { VmView } from '@berth/core/vm/vm-view'
import { IconButton } from '@berth/ui/icon-button'
import { ProgressBar } from '@berth/ui/progress-bar'
import { X } from 'lucide-react'
import { useOnScreen } from '../../lib/events/events-provider.tsx'
import { type FollowedTask, useFollowedTask } from '../machine/use-followed-task.ts'
import { CancelTask } from '../tasks/cancel-task.tsx'
import { TaskError } from '../tasks/task-error.tsx'
import { barShare } from '../tasks/task-words.ts'

/** How far a disk is that goes into another pool, and why one did not. Nothing while none does. */
export function DiskMoveProgress({ vm }: { vm: VmView }) {
  const followed = useFollowedTask(vm)
  return followed?.task.kind === 'vm.moveDisk' ? <Progress {...followed} /> : null
}

function Progress({ task, putAway }: FollowedTask) {
  useOnScreen(task.operationId)
  const hasEnded = isOperationEnded(task.status)
  return (
    <section aria-label={task.title} className="border-line bg-sunken flex flex-col gap-2 border-t px-4 py-3">
      <div className="flex items-center justify-between gap-3">
        <p className="min-w-0 text-sm">
          <span className="font-medium">{task.title}</span>
          {!hasEnded && <span className="text-ink-2"> · {task.progressText ?? 'Waits for its turn'}</span>}
        </p>
        {hasEnded ? (
          <IconButton label="Put away" size="sm" onClick={putAway}>
            <X />
          </IconButton>
        ) : (
          <CancelTask task={task} />
        )}
      </div>
      {!hasEnded && <ProgressBar label={task.title} value={barShare(task)} />}
      {task.error !== null && <TaskError error={task.error} />}
    </section>
  )
}
