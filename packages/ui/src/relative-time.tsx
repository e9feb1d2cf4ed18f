'use client'
import { ageText } from './age-text.ts'
import { cn } from './cn.ts'
import { useNow } from './ticking-clock.ts'
import { Tooltip } from './tooltip.tsx'

export interface RelativeTimeProps {
  /** ISO 8601 or ms since the epoch. */
  at: string | number
  /** "3 min ago" (default), the local date and time, or only the elapsed span ("3 min") for uptimes. */
  show?: 'ago' | 'local' | 'elapsed' | undefined
  className?: string | undefined
}

const local = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })

/** A moment: relative or local, and both local and UTC on hover. */
export function RelativeTime({ at, show = 'ago', className }: RelativeTimeProps) {
  const now = useNow()
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return <span className="text-ink-3">unknown</span>
  const utc = `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`
  // The server knows neither the reader's zone nor the moment of reading.
  const shown = now === null ? utc : show === 'local' ? local.format(date) : ageText(now - date.getTime(), show)
  return (
    <Tooltip
      content={
        <span className="block">
          {now !== null && <span className="block">{local.format(date)} (local)</span>}
          <span className="text-ink-2 block">{utc}</span>
        </span>
      }
    >
      <time dateTime={date.toISOString()} className={cn('whitespace-nowrap', className)}>
        {shown}
      </time>
    </Tooltip>
  )
}
