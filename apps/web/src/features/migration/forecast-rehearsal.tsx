'use client'
import { InlineAlert } from '@berth/ui/inline-alert'
import { Skeleton } from '@berth/ui/skeleton'
import { isOperationEnded } from '@berth/core/operation/operation-ended'
import { useQuery } from '@tanstack/react-query'
import { useOnScreen } from '../../lib/events/events-provider.tsx'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { CancelTask } from '../tasks/cancel-task.tsx'
import { TaskSteps } from '../tasks/task-steps.tsx'

/** A rehearsal while it works and when it has ended: each check is a line with what it found. */
export function ForecastRehearsal({ operationId }: { operationId: string }) {
  const trpc = useTRPC()
  const { data: task } = useQuery(trpc.operation.get.queryOptions({ operationId }))
  useOnScreen(operationId)
  if (task === undefined) return <Skeleton className="h-40 rounded-lg" />
  return (
    <section aria-label="Rehearsal" className="border-line flex flex-col gap-3 rounded-lg border p-3">
      <div className="flex items-center justify-between gap-3">
        <h3 className="text-sm font-medium">{task.title}</h3>
        {!isOperationEnded(task.status) && <CancelTask task={task} />}
      </div>
      {task.status === 'succeeded' && (
        <InlineAlert tone="ok">Nothing is in the way, and nothing of it is left on the other host.</InlineAlert>
      )}
      <TaskSteps task={task} />
    </section>
  )
}
