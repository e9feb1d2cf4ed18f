'use client'
import type { FlightRecord } from '@berth/core/agent-contract/flight-record'
import { Badge, type Tone } from '@berth/ui/badge'
import { formatDuration } from '../../lib/format.ts'
import { type FlightDirection, payloadText } from './flight-filter.ts'

const tones: Readonly<Record<FlightDirection, Tone>> = {
  command: 'accent',
  reply: 'neutral',
  error: 'bad',
  event: 'ok',
}

/** One line of the recorder; opens to its whole payload. */
export function FlightRow({ record }: { record: FlightRecord }) {
  const { at, direction, name, durationMs } = record
  return (
    <li className="border-line-soft border-b last:border-b-0">
      <details className="group">
        <summary className="hover:bg-hover flex cursor-pointer items-center gap-3 px-4 py-1.5 text-xs focus-visible:-outline-offset-2">
          <time dateTime={at} className="text-ink-3 shrink-0 font-mono max-sm:hidden">
            {at.slice(11, 23)}
          </time>
          <Badge tone={tones[direction]} className="w-18 shrink-0 justify-center">
            {direction}
          </Badge>
          <span className="shrink-0 font-mono font-medium">{name}</span>
          <span className="text-ink-3 min-w-0 flex-1 truncate font-mono group-open:invisible">
            {payloadText(record)}
          </span>
          {durationMs !== null && <span className="text-ink-3 shrink-0">{formatDuration(durationMs)}</span>}
        </summary>
        <pre className="bg-sunken text-ink-2 overflow-x-auto px-4 py-2.5 font-mono text-xs [overflow-wrap:anywhere] whitespace-pre-wrap">
          {JSON.stringify(record.payload, null, 2)}
        </pre>
      </details>
    </li>
  )
}
