'use client'
import { EmptyState } from '@berth/ui/empty-state'
import { late, useLate } from '@berth/ui/late'
import { useQuery } from '@tanstack/react-query'
import { ListChecks } from 'lucide-react'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { TaskDrawer } from '../shell/task-drawer.tsx'
import { taskListInput } from './task-filter.ts'

// Most visits never open the sheet.
const list = late(() => import('./task-list.tsx'))

/** The header's task button with what runs now, and the newest tasks in its sheet. */
export function HeaderTasks({ viewerId }: { viewerId: string }) {
  const trpc = useTRPC()
  const running = taskListInput({ show: 'running', isMine: false }, viewerId)
  const { data } = useQuery(trpc.operation.list.queryOptions(running))
  return (
    <TaskDrawer runningCount={data?.items.length ?? 0}>
      <NewestTasks viewerId={viewerId} />
    </TaskDrawer>
  )
}

/** Mounted by the open sheet. */
function NewestTasks({ viewerId }: { viewerId: string }) {
  const loaded = useLate(list, 1)
  if (!loaded) return null
  return (
    <loaded.TaskList
      compact
      input={taskListInput({ show: 'all', isMine: false }, viewerId)}
      label="Newest tasks"
      empty={
        <EmptyState icon={<ListChecks />} title="No tasks yet">
          What you start shows its progress here.
        </EmptyState>
      }
    />
  )
}
