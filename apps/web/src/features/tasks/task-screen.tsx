'use client'
import { Card } from '@berth/ui/card'
import { Copyable } from '@berth/ui/copyable'
import { CopyButton } from '@berth/ui/copy-button'
import { KeyValueList } from '@berth/ui/key-value'
import { PageHeader } from '@berth/ui/page-header'
import { RelativeTime } from '@berth/ui/relative-time'
import { isOperationEnded } from '@berth/core/operation/operation-ended'
import type { OperationView } from '@berth/core/operation/operation'
import { useSuspenseQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useOnScreen } from '../../lib/events/events-provider.tsx'
import { paths } from '../../lib/paths.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { CancelTask } from './cancel-task.tsx'
import { LateFlightDeck } from '../migration/late-flight-deck.tsx'
import { RetryTask } from './retry-task.tsx'
import { TaskKin } from './task-kin.tsx'
import { taskReport } from './task-report.ts'
import { TaskSteps } from './task-steps.tsx'
import { TaskDuration, TaskProgress, TaskStatus } from './task-summary.tsx'
import { TaskTarget } from './task-target.tsx'

/** One task with all that is known of it; live until it ends, kept for 30 days. */
export function TaskScreen({ operationId }: { operationId: string }) {
  const trpc = useTRPC()
  const { data: task } = useSuspenseQuery(trpc.operation.get.queryOptions({ operationId }))
  useOnScreen(operationId)
  return (
    <div className="flex flex-col gap-4">
      <PageHeader
        title={task.title}
        crumbs={[{ label: 'Tasks', href: paths.tasks() }]}
        linkAs={Link}
        status={<TaskStatus status={task.status} className="text-sm" />}
        actions={
          <>
            <span className="text-ink-2 inline-flex items-center gap-1 text-sm">
              Copy report
              <CopyButton text={taskReport(task)} label="Copy report" />
            </span>
            {!isOperationEnded(task.status) && <CancelTask task={task} size="md" />}
            {isOperationEnded(task.status) && task.status !== 'succeeded' && <RetryTask task={task} size="md" />}
          </>
        }
      />
      {task.kind === 'vm.migrate' ? (
        <Card>
          <LateFlightDeck operationId={operationId} />
        </Card>
      ) : (
        <TaskProgress task={task} />
      )}
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1.7fr)_minmax(18rem,1fr)]">
        <Card title="Steps">
          <TaskSteps task={task} />
        </Card>
        <Card title="About this task">
          <KeyValueList items={factsOf(task)} />
        </Card>
      </div>
    </div>
  )
}

function factsOf(task: OperationView) {
  const { actor, target, startedAt, endedAt, createdAt, operationId } = task
  const what = target.vmId !== null ? 'Machine' : target.imageId !== null ? 'Image' : 'Host'
  return [
    { key: what, value: <TaskTarget task={task} /> },
    { key: 'Asked by', value: actor.name, ...(actor.via === 'token' ? { note: 'by API token' } : {}) },
    { key: 'Asked', value: <RelativeTime at={createdAt} show="local" /> },
    ...(startedAt === null ? [] : [{ key: 'Started', value: <RelativeTime at={startedAt} show="local" /> }]),
    ...(endedAt === null ? [] : [{ key: 'Ended', value: <RelativeTime at={endedAt} show="local" /> }]),
    { key: 'Took', value: <TaskDuration task={task} /> },
    ...(task.retryOfId === null && task.retriedById === null ? [] : [{ key: 'Tries', value: <TaskKin task={task} /> }]),
    { key: 'Kind', value: <code className="font-mono text-xs">{task.kind}</code> },
    { key: 'Id', value: <Copyable text={operationId} label="Copy task id" /> },
  ]
}
