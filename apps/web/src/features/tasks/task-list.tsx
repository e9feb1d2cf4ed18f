'use client'
import type { AppRouter } from '@berth/api/root'
import { EmptyState } from '@berth/ui/empty-state'
import { LoadMore } from '@berth/ui/load-more'
import { Skeleton } from '@berth/ui/skeleton'
import { useInfiniteQuery } from '@tanstack/react-query'
import type { inferRouterInputs } from '@trpc/server'
import { ListChecks } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { QueryError } from '../shell/query-error.tsx'
import { TaskRow } from './task-row.tsx'

export interface TaskListProps {
  /** Which tasks: by state, actor, or what they are on. */
  input: Omit<NonNullable<inferRouterInputs<AppRouter>['operation']['list']>, 'cursor'>
  label: string
  compact?: boolean | undefined
  /** In place of the list while there is nothing in it. */
  empty?: ReactNode
}

/** Tasks, newest first, kept true by events; each opens in place. */
export function TaskList({ input, label, compact = false, empty }: TaskListProps) {
  const trpc = useTRPC()
  const [openId, setOpenId] = useState<string | null>(null)
  const query = useInfiniteQuery(
    trpc.operation.list.infiniteQueryOptions(input, { getNextPageParam: (page) => page.nextCursor }),
  )
  if (query.isPending) return <RowSkeletons />
  if (query.isError) return <QueryError query={query} />
  const tasks = query.data.pages.flatMap((page) => page.items)
  if (tasks.length === 0) return empty ?? <NoTasks />
  return (
    <>
      <ul aria-label={label}>
        {tasks.map((task) => (
          <TaskRow
            key={task.operationId}
            task={task}
            compact={compact}
            isOpen={openId === task.operationId}
            onToggle={() => setOpenId(openId === task.operationId ? null : task.operationId)}
          />
        ))}
      </ul>
      {query.hasNextPage && (
        <LoadMore
          shown={tasks.length}
          hasMore
          loading={query.isFetchingNextPage}
          onLoadMore={() => void query.fetchNextPage()}
        />
      )}
    </>
  )
}

function NoTasks() {
  return (
    <EmptyState icon={<ListChecks />} title="No tasks yet">
      Whatever takes longer than a moment shows up here: creating a machine, importing an image.
    </EmptyState>
  )
}

function RowSkeletons() {
  return (
    <div aria-busy className="flex flex-col">
      {[0, 1, 2, 3].map((row) => (
        <div key={row} className="border-line-soft flex flex-col gap-2 border-b px-4 py-3">
          <Skeleton className="w-1/2" />
          <Skeleton className="h-3 w-1/3" />
        </div>
      ))}
    </div>
  )
}
