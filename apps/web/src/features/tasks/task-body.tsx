'use client'
import { Button } from '@berth/ui/button'
import { CopyButton } from '@berth/ui/copy-button'
import { isOperationEnded } from '@berth/core/operation/operation-ended'
import type { OperationView } from '@berth/core/operation/operation'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { useOnScreen } from '../../lib/events/events-provider.tsx'
import { paths } from '../../lib/paths.ts'
import { CancelTask } from './cancel-task.tsx'
import { RetryTask } from './retry-task.tsx'
import { LateFlightDeck } from '../migration/late-flight-deck.tsx'
import { TaskKin } from './task-kin.tsx'
import { taskReport } from './task-report.ts'
import { TaskSteps } from './task-steps.tsx'
import { targetHref } from './task-target.tsx'

/** A task opened in place: its steps, of a move its flight deck before them, and what can be done with it. */
export function TaskBody({ task }: { task: OperationView }) {
  useOnScreen(task.operationId)
  const target = targetHref(task)
  const isHere = usePathname() === target
  return (
    <div className="flex flex-col gap-4">
      {task.kind === 'vm.migrate' ? <MoveInPlace task={task} /> : <TaskSteps task={task} />}
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        {!isOperationEnded(task.status) && <CancelTask task={task} />}
        {isOperationEnded(task.status) && task.status !== 'succeeded' && <RetryTask task={task} />}
        <TaskKin task={task} />
        <Button asChild variant="link" size="sm">
          <Link href={paths.task(task.operationId)}>Task page</Link>
        </Button>
        {target !== null && !isHere && (
          <Button asChild variant="link" size="sm">
            <Link href={target}>Go to {task.target.name}</Link>
          </Button>
        )}
        <span className="text-ink-3 ml-auto inline-flex items-center gap-1 text-xs">
          Report
          <CopyButton text={taskReport(task)} label="Copy report" />
        </span>
      </div>
    </div>
  )
}

/** The deck tells more than the steps do; they are there for whoever wants each with its time. */
function MoveInPlace({ task }: { task: OperationView }) {
  return (
    <>
      <LateFlightDeck operationId={task.operationId} />
      <details className="text-xs">
        <summary className="text-ink-2 hover:text-ink w-fit cursor-pointer">Steps</summary>
        <div className="mt-3">
          <TaskSteps task={task} />
        </div>
      </details>
    </>
  )
}
