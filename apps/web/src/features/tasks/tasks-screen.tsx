'use client'
import { Card } from '@berth/ui/card'
import { EmptyState } from '@berth/ui/empty-state'
import { PageHeader } from '@berth/ui/page-header'
import { SegmentedControl } from '@berth/ui/segmented-control'
import { ListChecks } from 'lucide-react'
import { useSearchParams } from 'next/navigation'
import { paths } from '../../lib/paths.ts'
import { parseTaskFilter, type TaskFilter, taskFilterQuery, taskListInput } from './task-filter.ts'
import { TaskList } from './task-list.tsx'

const shows = [
  { value: 'all', label: 'All' },
  { value: 'running', label: 'Running' },
  { value: 'failed', label: 'Failed' },
] as const

/** A user is told of his own tasks and of those on his machines. */
const whoseOfUser = [
  { value: 'everybody', label: 'All' },
  { value: 'mine', label: 'Started by me' },
] as const

const whose = [
  { value: 'everybody', label: 'Everybody’s' },
  { value: 'mine', label: 'Mine' },
] as const

export function TasksScreen({ viewerId, isAdmin }: { viewerId: string; isAdmin: boolean }) {
  const filter = parseTaskFilter(useSearchParams())
  // Without the router: the list is in the browser's cache, and the page around it stays as it is.
  const change = (next: TaskFilter) => window.history.replaceState(null, '', paths.tasks(taskFilterQuery(next)))
  return (
    <div className="flex flex-col gap-4">
      <PageHeader title="Tasks" meta="What was asked of Berth, how far it is, and how it ended" />
      <div className="flex flex-wrap gap-2">
        <SegmentedControl
          label="Which tasks"
          value={filter.show}
          onValueChange={(show) => change({ ...filter, show })}
          options={shows}
        />
        <SegmentedControl
          label="Whose tasks"
          value={filter.isMine ? 'mine' : 'everybody'}
          onValueChange={(who) => change({ ...filter, isMine: who === 'mine' })}
          options={isAdmin ? whose : whoseOfUser}
        />
      </div>
      <Card flush>
        <TaskList
          key={`${filter.show}-${filter.isMine}`}
          input={taskListInput(filter, viewerId)}
          label="Tasks, newest first"
          {...emptyOf(filter)}
        />
      </Card>
    </div>
  )
}

function emptyOf({ show, isMine }: TaskFilter) {
  if (show === 'all' && !isMine) return {}
  const title =
    show === 'running' ? 'Nothing is running' : show === 'failed' ? 'Nothing has failed' : 'No tasks of yours'
  return { empty: <EmptyState icon={<ListChecks />} title={title} children="New tasks appear here by themselves." /> }
}
