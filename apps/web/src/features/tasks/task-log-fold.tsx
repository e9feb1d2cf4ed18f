'use client'
import { cn } from '@berth/ui/cn'
import type { OperationView } from '@berth/core/operation/operation'
import { useState } from 'react'
import { formatDuration } from '../../lib/format.ts'
import { type LogLine, taskLog } from './task-log.ts'

const clock = new Intl.DateTimeFormat(undefined, {
  ...({ hour: '2-digit', minute: '2-digit', second: '2-digit' } as const),
  fractionalSecondDigits: 3,
  hourCycle: 'h23',
})

/** Every try of every step with its moment, folded away: for whoever wants to know what took so long, or how often. */
export function TaskLogFold({ task }: { task: OperationView }) {
  // Made when it is opened: the server knows neither the reader's zone nor his words for a time.
  const [isOpen, setIsOpen] = useState(false)
  return (
    <details className="text-xs" onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary className="text-ink-2 hover:text-ink w-fit cursor-pointer">Log</summary>
      <ol aria-label={`Log of ${task.title}`} className="mt-2 flex flex-col gap-1">
        {isOpen && taskLog(task).map((line, index) => <Line key={index} line={line} />)}
      </ol>
    </details>
  )
}

function Line({ line: { at, step, text, isBad, durationMs } }: { line: LogLine }) {
  return (
    <li className="flex gap-3">
      <time
        dateTime={at}
        title={`${at.replace('T', ' ').replace('Z', '')} UTC`}
        className="text-ink-3 shrink-0 font-mono"
      >
        {clock.format(new Date(at))}
      </time>
      <span className={cn('min-w-0 [overflow-wrap:anywhere]', isBad ? 'text-bad-ink' : 'text-ink-2')}>
        {step !== '' && <span className="text-ink font-medium">{step}: </span>}
        {text}
        {durationMs !== null && <span className="text-ink-3"> · {formatDuration(durationMs)}</span>}
      </span>
    </li>
  )
}
