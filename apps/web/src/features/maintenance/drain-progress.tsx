'use client'
import { Badge, type Tone } from '@berth/ui/badge'
import { Button } from '@berth/ui/button'
import { Card } from '@berth/ui/card'
import { InlineAlert } from '@berth/ui/inline-alert'
import { ProgressBar } from '@berth/ui/progress-bar'
import type { DrainItemState, DrainItemView, DrainView } from '@berth/core/maintenance/drain'
import { toast } from '@berth/ui/toast'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Pause, Play } from 'lucide-react'
import Link from 'next/link'
import { errorLine } from '../../lib/error-text.ts'
import { paths } from '../../lib/paths.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { CancelTask } from '../tasks/cancel-task.tsx'
import { doneShare, isRunning, refusedText, stateWords, sumText } from './plan-words.ts'
import { useReadAgain } from './use-drain.ts'

/** How it goes, machine by machine, with the means to hold it; afterwards, what became of each. */
export function DrainProgress({ drain }: { drain: DrainView }) {
  const isUnderWay = isRunning(drain)
  return (
    <Card
      title={isUnderWay ? (drain.isPaused ? 'Paused' : 'Being emptied') : 'What became of its machines'}
      description={sumText(drain)}
      actions={
        <>
          {isUnderWay && <Controls drain={drain} />}
          <Button size="sm" variant="ghost" asChild>
            <Link href={paths.task(drain.operationId)}>Task</Link>
          </Button>
        </>
      }
      flush
    >
      {isUnderWay && (
        <div className="px-4 pt-3">
          <ProgressBar label="Machines dealt with" value={doneShare(drain)} tone={drain.isPaused ? 'warn' : 'accent'} />
        </div>
      )}
      {drain.isPaused && isUnderWay && (
        <p className="text-ink-2 px-4 pt-2 text-xs">What is under way goes on; nothing new begins.</p>
      )}
      {drain.items.length === 0 && <p className="text-ink-3 px-4 py-5 text-sm">No machine was on this host.</p>}
      <ul aria-label="Machines of this host" className="divide-line-soft divide-y">
        {drain.items.map((item) => (
          <Item key={item.vmId} item={item} />
        ))}
      </ul>
    </Card>
  )
}

function Controls({ drain }: { drain: DrainView }) {
  const trpc = useTRPC()
  const { hostId } = drain
  const readAgain = useReadAgain(hostId)
  // Also after a failure, which a toast tells: most often what is shown here is over.
  const pause = useMutation(trpc.maintenance.pause.mutationOptions({ onSettled: readAgain }))
  const resume = useMutation(trpc.maintenance.resume.mutationOptions({ onSettled: readAgain }))
  const { data: task, isError } = useQuery(trpc.operation.get.queryOptions({ operationId: drain.operationId }))
  return (
    <>
      {drain.isPaused ? (
        <Button size="sm" onClick={() => resume.mutate({ hostId })} pending={resume.isPending}>
          <Play aria-hidden />
          Resume
        </Button>
      ) : (
        <Button size="sm" onClick={() => pause.mutate({ hostId })} pending={pause.isPending}>
          <Pause aria-hidden />
          Pause
        </Button>
      )}
      {task === undefined ? (
        // In its place from the start: what comes later must not push Pause from under the pointer.
        <Button size="sm" disabledReason={isError ? unread : 'Its task is being read'}>
          Abort…
        </Button>
      ) : (
        <CancelTask task={task} label="Abort…" />
      )}
    </>
  )
}

const unread = 'Its task could not be read: load the page again'

const tones: Readonly<Record<DrainItemState, Tone>> = {
  waiting: 'neutral',
  moving: 'accent',
  moved: 'ok',
  stopping: 'accent',
  shutDown: 'neutral',
  restarted: 'ok',
  left: 'warn',
}

function Item({ item }: { item: DrainItemView }) {
  const { vmId, name, state, target, operationId, reason } = item
  return (
    <li className="grid items-start gap-x-6 gap-y-1 px-4 py-2.5 text-sm sm:grid-cols-[minmax(8rem,14rem)_8rem_minmax(0,1fr)_auto]">
      <Link href={paths.machine(vmId)} className="truncate font-medium hover:underline">
        {name}
      </Link>
      <span>
        <Badge tone={tones[state]}>{stateWords[state]}</Badge>
      </span>
      <span className="text-ink-2 min-w-0 text-xs [overflow-wrap:anywhere] sm:pt-0.5">
        {target !== null && `${state === 'moving' ? 'to' : 'on'} ${target.name}. `}
        {reason}
      </span>
      {operationId !== null && (
        <Link href={paths.task(operationId)} className="text-accent-ink text-xs hover:underline sm:pt-0.5">
          {state === 'moving' ? 'Follow' : 'Task'}
        </Link>
      )}
    </li>
  )
}

/** One click back; says what comes along. */
export function LeaveMaintenance({ hostId, drain }: { hostId: string; drain: DrainView | null }) {
  const trpc = useTRPC()
  const readAgain = useReadAgain(hostId)
  const leave = useMutation(
    trpc.maintenance.leave.mutationOptions({
      meta: { showsError: true },
      onSuccess: async ({ refused }) => {
        // A toast: this is gone from the page as soon as the host is back in service.
        const told = refusedText(refused)
        if (told !== null) toast.failure(told.title, { description: told.text })
        await readAgain()
      },
      onError: readAgain,
    }),
  )
  const stopped = drain?.items.filter(({ state }) => state === 'shutDown').length ?? 0
  return (
    <div className="flex flex-col items-end gap-2">
      <div className="flex flex-wrap justify-end gap-2">
        {stopped > 0 && (
          <Button onClick={() => leave.mutate({ hostId, restart: false })} pending={leave.isPending}>
            End, start none
          </Button>
        )}
        <Button
          variant="primary"
          onClick={() => leave.mutate({ hostId })}
          pending={leave.isPending}
          disabledReason={drain !== null && isRunning(drain) ? 'It is being emptied: abort that first' : null}
        >
          {stopped > 0 ? `End maintenance, start ${stopped}` : 'End maintenance'}
        </Button>
      </div>
      {leave.error !== null && <InlineAlert tone="bad">{errorLine(leave.error)}</InlineAlert>}
    </div>
  )
}
