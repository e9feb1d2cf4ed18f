'use client'
import { InlineAlert } from '@berth/ui/inline-alert'
import { Skeleton } from '@berth/ui/skeleton'
import { useQuery } from '@tanstack/react-query'
import { errorLine } from '../../lib/error-text.ts'
import { useOnScreen } from '../../lib/events/events-provider.tsx'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { TaskSteps } from '../tasks/task-steps.tsx'

/** The work on a pool, in the dialog that asked for it: its steps, and what came of them. */
export function PoolTask({ operationId, done }: { operationId: string; done: string }) {
  const trpc = useTRPC()
  const { data: task, error } = useQuery(trpc.operation.get.queryOptions({ operationId }))
  useOnScreen(operationId)
  if (task === undefined && error !== null)
    return <InlineAlert tone="bad">The work goes on, but its progress cannot be read. {errorLine(error)}</InlineAlert>
  if (task === undefined) return <Skeleton className="h-24" />
  return (
    <div className="flex flex-col gap-4">
      {task.status === 'succeeded' && <InlineAlert tone="ok">{done}</InlineAlert>}
      <TaskSteps task={task} />
    </div>
  )
}
