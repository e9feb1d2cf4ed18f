import type { ReactNode } from 'react'
import { cn } from './cn.ts'

export interface MeterProps {
  label: string
  used: number
  total: number
  /** How used and total read: "3.2 of 8 GiB". Also what a screen reader says. */
  text: string
  /** Shares of total from which it turns amber and red. */
  warnAt?: number | undefined
  badAt?: number | undefined
  /** A second, lighter part on top of `used`: committed but not used, what this form would add. */
  extra?: number | undefined
  /** Only the bar with its text small beside it, for table cells. */
  compact?: boolean | undefined
  note?: ReactNode
  className?: string | undefined
}

export function Meter(props: MeterProps) {
  const { label, used, total, text, warnAt = 0.8, badAt = 0.95, extra = 0, compact = false, note, className } = props
  const share = total > 0 ? Math.min(1, Math.max(0, used / total)) : 0
  const extraShare = total > 0 ? Math.min(1 - share, Math.max(0, extra / total)) : 0
  const level = total > 0 ? (used + extra) / total : 0
  const fill = level >= badAt ? 'bg-bad' : level >= warnAt ? 'bg-warn' : 'bg-accent'
  const bar = (
    <div
      role="meter"
      aria-label={label}
      aria-valuenow={Math.round(share * 100)}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuetext={text}
      className={cn('bg-pressed flex overflow-hidden rounded-full', compact ? 'h-1 w-full' : 'h-1.5 w-full')}
    >
      <div className={cn('h-full', fill)} style={{ width: `${share * 100}%` }} />
      <div className={cn('h-full opacity-45', fill)} style={{ width: `${extraShare * 100}%` }} />
    </div>
  )
  if (compact) {
    return (
      <div className={cn('flex min-w-20 flex-col gap-1', className)}>
        <span className="text-ink-2 text-xs leading-none whitespace-nowrap">{text}</span>
        {bar}
      </div>
    )
  }
  return (
    <div className={cn('flex flex-col gap-1.5', className)}>
      <div className="flex items-baseline justify-between gap-3 text-sm">
        <span className="font-medium">{label}</span>
        <span className="text-ink-2 text-xs">{text}</span>
      </div>
      {bar}
      {note !== undefined && <div className="text-ink-3 text-xs">{note}</div>}
    </div>
  )
}
