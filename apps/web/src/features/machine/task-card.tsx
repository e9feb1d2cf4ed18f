'use client'
import { isOperationEnded } from '@berth/core/operation/operation-ended'
import type { VmView } from '@berth/core/vm/vm-view'
import { Card } from '@berth/ui/card'
import { IconButton } from '@berth/ui/icon-button'
import { ProgressBar } from '@berth/ui/progress-bar'
import { X } from 'lucide-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { TaskBody } from '../tasks/task-body.tsx'
import { TaskStatus } from '../tasks/task-summary.tsx'
import { barShare } from '../tasks/task-words.ts'

/**
 * The task that changes the machine, with its steps as they happen. One that failed while this page was open stays until it
 * is put away; one that succeeded goes, since the page shows its effect.
 */
export function TaskCard({ vm }: { vm: VmView }) {
  const currentId = vm.operation?.operationId ?? null
  const [followedId, setFollowedId] = useState(currentId)
  const [closedId, setClosedId] = useState<string | null>(null)
  if (currentId !== null && currentId !== followedId) setFollowedId(currentId)
  if (followedId === null || followedId === closedId) return null
  return <FollowedTask key={followedId} operationId={followedId} onClose={() => setClosedId(followedId)} />
}

function FollowedTask({ operationId, onClose }: { operationId: string; onClose: () => void }) {
  const trpc = useTRPC()
  const { data: task } = useQuery(trpc.operation.get.queryOptions({ operationId }))
  if (!task || task.status === 'succeeded') return null
  const hasEnded = isOperationEnded(task.status)
  return (
    <Card
      title={task.title}
      aria-label={task.title}
      actions={
        <>
          <TaskStatus status={task.status} className="text-ink-2 text-xs" />
          {hasEnded && (
            <IconButton label="Put away" size="sm" onClick={onClose}>
              <X />
            </IconButton>
          )}
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {!hasEnded && <ProgressBar label={task.title} value={barShare(task)} />}
        <TaskBody task={task} />
      </div>
    </Card>
  )
}
