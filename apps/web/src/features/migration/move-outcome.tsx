'use client'
import { InlineAlert } from '@berth/ui/inline-alert'
import type { WireError } from '@berth/core/errors/app-error'
import type { MoveReport } from '@berth/core/migration/move-progress'
import type { MoveView } from '@berth/core/migration/move-view'
import type { OperationView } from '@berth/core/operation/operation'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { formatBytes, formatDuration, formatNumber } from '../../lib/format.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { TaskError } from '../tasks/task-error.tsx'
import { ForecastAgainst } from './forecast-against.tsx'
import { Figure } from './figure.tsx'
import { whereText } from './move-words.ts'
import { NetworkHeard } from './network-heard.tsx'
import { OffMoveReport } from './off-move-report.tsx'

/** How a move ended, first of all where the machine is now. Nothing while it goes on. */
export function MoveOutcome({ task, move }: { task: OperationView; move: MoveView }) {
  switch (task.status) {
    case 'succeeded':
      if (move.report === null) return <Where vmId={move.vmId} tone="ok" />
      return move.isOff ? (
        <OffMoveReport report={move.report} />
      ) : (
        <Report report={move.report} memoryBytes={move.progress?.totalBytes ?? null}>
          {move.forecast && <ForecastAgainst forecast={move.forecast} report={move.report} />}
        </Report>
      )
    case 'cancelled':
      return <Where vmId={move.vmId} tone="info" />
    case 'failed':
    case 'interrupted':
      return (
        <div className="flex flex-col gap-3">
          <Where vmId={move.vmId} tone={task.status === 'failed' ? 'info' : 'warn'} />
          {task.error !== null && (
            <TaskError error={tellingError(task.error)} tone={task.status === 'failed' ? 'bad' : 'warn'} />
          )}
        </div>
      )
    default:
      return null
  }
}

/** That memory was lost says more than that the task could not end well for it. */
const tellingError = (error: WireError): WireError => (error.cause?.code === 'MOVE_MEMORY_LOST' ? error.cause : error)

/** Read from the machine, not from the task: a task that did not end well cannot know. */
function Where({ vmId, tone }: { vmId: string; tone: 'info' | 'ok' | 'warn' }) {
  const trpc = useTRPC()
  const { data: vm } = useQuery(trpc.vm.get.queryOptions({ vmId }))
  return vm ? <InlineAlert tone={vm.state === 'unknown' ? 'warn' : tone} title={whereText(vm)} /> : null
}

interface ReportProps {
  report: MoveReport
  memoryBytes: number | null
  /** Below the figures. */
  children: ReactNode
}

function Report({ report, memoryBytes, children }: ReportProps) {
  const { totalMs, pauseMs, downtimeMs, passes, transferredBytes } = report
  const last = passes.at(-1)
  return (
    <section aria-label="Report" className="border-ok/25 bg-ok-soft rounded-lg border px-4 py-3">
      <dl className="grid grid-cols-2 gap-x-6 gap-y-3 @lg:grid-cols-4">
        <Figure
          isLarge
          name="Stood still"
          value={pauseMs === 0 ? null : formatDuration(pauseMs)}
          why="No stop was seen: a paused machine does not stop"
          note={
            downtimeMs === 0
              ? 'from stop here to run there'
              : `from stop here to run there; QEMU counts ${formatDuration(downtimeMs)}`
          }
        />
        <Figure isLarge name="Took" value={formatDuration(totalMs)} why="" note="from the first byte" />
        <Figure
          isLarge
          name="Sent"
          value={transferredBytes === 0 ? null : formatBytes(transferredBytes)}
          why={lostText}
          {...(memoryBytes === null ? {} : { note: `for ${formatBytes(memoryBytes)} of memory` })}
        />
        <Figure
          isLarge
          name="Passes"
          value={last ? formatNumber(last.number) : null}
          why={lostText}
          note="over its memory"
        />
      </dl>
      {report.network && <NetworkHeard network={report.network} />}
      {children && <div className="border-ok/25 mt-3 border-t pt-2">{children}</div>}
    </section>
  )
}

const lostText = 'Lost with a restart of the host’s agent'
