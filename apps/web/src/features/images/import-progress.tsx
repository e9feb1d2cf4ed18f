'use client'
import { InlineAlert } from '@berth/ui/inline-alert'
import { ProgressBar } from '@berth/ui/progress-bar'
import { Skeleton } from '@berth/ui/skeleton'
import { isOperationEnded } from '@berth/core/operation/operation-ended'
import { useQuery } from '@tanstack/react-query'
import { errorLine } from '../../lib/error-text.ts'
import { useOnScreen } from '../../lib/events/events-provider.tsx'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { TaskSteps } from '../tasks/task-steps.tsx'
import { TaskFacts, TaskProgress } from '../tasks/task-summary.tsx'

/** An import under way, in the dialog that asked for it: steps, bytes, and why it failed. */
export function ImportProgress({ operationId }: { operationId: string }) {
  const trpc = useTRPC()
  const { data: task, error } = useQuery(trpc.operation.get.queryOptions({ operationId }))
  useOnScreen(operationId)
  if (task === undefined && error !== null) {
    return <InlineAlert tone="bad">The import goes on, but its progress cannot be read. {errorLine(error)}</InlineAlert>
  }
  if (task === undefined) return <Skeleton className="h-24" />
  return (
    <div className="flex flex-col gap-5">
      {task.status === 'succeeded' ? (
        <InlineAlert tone="ok" title="The image is ready">
          Machines can be made from it now.
        </InlineAlert>
      ) : isOperationEnded(task.status) ? (
        <ProgressBar label={task.title} value={task.progress} tone={task.status === 'failed' ? 'bad' : 'warn'} />
      ) : (
        <>
          <TaskProgress task={task} />
          <TaskFacts task={task} />
        </>
      )}
      <TaskSteps task={task} />
    </div>
  )
}

/** The import as it stands; null until that is known. */
export function useTask(operationId: string | null) {
  const trpc = useTRPC()
  const { data } = useQuery({
    ...trpc.operation.get.queryOptions({ operationId: operationId ?? '' }),
    enabled: operationId !== null,
  })
  return data ?? null
}
