import { cn } from './cn.ts'

export interface ProgressBarProps {
  label: string
  /** 0 to 1; null while the share is not known. */
  value: number | null
  tone?: 'accent' | 'ok' | 'warn' | 'bad' | undefined
  className?: string | undefined
}

const fills = { accent: 'bg-accent', ok: 'bg-ok', warn: 'bg-warn', bad: 'bg-bad' }

export function ProgressBar({ label, value, tone = 'accent', className }: ProgressBarProps) {
  const percent = value === null ? null : Math.round(Math.min(1, Math.max(0, value)) * 100)
  return (
    <div
      role="progressbar"
      aria-label={label}
      {...(percent === null ? {} : { 'aria-valuenow': percent, 'aria-valuemin': 0, 'aria-valuemax': 100 })}
      className={cn('bg-pressed h-1.5 w-full overflow-hidden rounded-full', className)}
    >
      {percent === null ? (
        <div className={cn('animate-travel h-full w-2/5 rounded-full', fills[tone])} />
      ) : (
        <div
          className={cn('h-full rounded-full transition-[width] duration-300', fills[tone])}
          style={{ width: `${percent}%` }}
        />
      )}
    </div>
  )
}
