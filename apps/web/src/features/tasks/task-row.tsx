'use client'
import { cn } from '@berth/ui/cn'
import type { OperationView } from '@berth/core/operation/operation'
import { ChevronRight } from 'lucide-react'
import { useId } from 'react'
import { errorText } from '../../lib/error-text.ts'
import { TaskBody } from './task-body.tsx'
import { TaskFacts, TaskProgress, TaskStatus } from './task-summary.tsx'

export interface TaskRowProps {
  task: OperationView
  isOpen: boolean
  onToggle: () => void
  /** For the drawer: state as a shape beside the title, everything below it. */
  compact?: boolean | undefined
}

/** One task of a list; opens into its steps in place. */
export function TaskRow({ task, isOpen, onToggle, compact = false }: TaskRowProps) {
  const id = useId()
  return (
    <li className="border-line-soft border-b last:border-b-0">
      <button
        type="button"
        onClick={onToggle}
        aria-expanded={isOpen}
        aria-controls={id}
        className={cn(
          'hover:bg-hover flex w-full items-start gap-2.5 px-4 py-2.5 text-left focus-visible:-outline-offset-2',
          isOpen && 'bg-hover',
        )}
      >
        <ChevronRight
          aria-hidden
          className={cn('text-ink-3 mt-0.5 size-4 shrink-0 transition-transform', isOpen && 'rotate-90')}
        />
        {compact ? <CompactRow task={task} /> : <WideRow task={task} />}
      </button>
      <div id={id} hidden={!isOpen}>
        {isOpen && (
          <div className="bg-hover pt-1 pr-4 pb-4 pl-10.5">
            <TaskBody task={task} />
          </div>
        )}
      </div>
    </li>
  )
}

function CompactRow({ task }: { task: OperationView }) {
  return (
    <span className="flex min-w-0 flex-1 flex-col gap-1">
      <span className="flex items-center justify-between gap-3 text-sm">
        <span className="truncate font-medium">{task.title}</span>
        <TaskStatus status={task.status} className="text-ink-2 text-xs" />
      </span>
      <TaskProgress task={task} />
      <WhyNot task={task} />
      <TaskFacts task={task} />
    </span>
  )
}

function WideRow({ task }: { task: OperationView }) {
  return (
    <span className="grid min-w-0 flex-1 grid-cols-[1fr_auto] items-start gap-x-4 gap-y-1 text-sm md:grid-cols-[minmax(12rem,1.4fr)_8.5rem_minmax(14rem,1fr)]">
      <span className="min-w-0">
        <span className="block truncate font-medium">{task.title}</span>
        <WhyNot task={task} />
      </span>
      <TaskStatus status={task.status} />
      <span className="min-w-0 max-md:col-span-2 max-md:empty:hidden">
        <TaskProgress task={task} />
        <TaskFacts task={task} />
      </span>
    </span>
  )
}

/** The reason in one line, so that a list of failures can be read without opening each. */
function WhyNot({ task }: { task: OperationView }) {
  if (task.error === null || (task.status !== 'failed' && task.status !== 'interrupted')) return null
  const { message, sentence } = errorText(task.error)
  const ink = task.status === 'failed' ? 'text-bad-ink' : 'text-warn-ink'
  return <span className={cn('block truncate text-xs', ink)}>{message ?? sentence}</span>
}
