'use client'
import { CircleAlert } from 'lucide-react'
import { type ReactNode, useId } from 'react'
import { cn } from './cn.ts'

export interface FieldControl {
  id: string
  'aria-describedby': string | undefined
  'aria-invalid': true | undefined
}

export interface FieldProps {
  label: ReactNode
  /** Keeps the label for screen readers only. */
  hideLabel?: boolean | undefined
  hint?: ReactNode
  error?: ReactNode
  /** "optional", "first boot only", "next start": small, right of the label. */
  note?: ReactNode
  className?: string | undefined
  /** Gets the ids and states that tie the control to label, hint and error. */
  children: (control: FieldControl) => ReactNode
}

export const controlClasses =
  'w-full rounded-md border border-line-control bg-surface text-ink shadow-xs transition-[border-color,box-shadow] duration-100 placeholder:text-ink-3 hover:border-ink-3 focus-visible:border-focus focus-visible:outline-0 focus-visible:ring-3 focus-visible:ring-focus/25 disabled:cursor-not-allowed disabled:bg-sunken disabled:text-ink-3 aria-invalid:border-bad aria-invalid:ring-bad/20 max-sm:text-[1rem]'

/** Label, hint and error around any control. */
export function Field({ label, hideLabel = false, hint, error, note, className, children }: FieldProps) {
  const id = useId()
  const hasError = error !== undefined && error !== null && error !== ''
  const hasHint = hint !== undefined && hint !== null
  const describedBy = [hasError && `${id}-error`, hasHint && `${id}-hint`].filter(Boolean).join(' ')
  return (
    <div className={cn('flex flex-col gap-1.5', className)}>
      <div className={cn('flex items-baseline justify-between gap-3', hideLabel && 'sr-only')}>
        <label htmlFor={id} className="text-ink text-sm font-medium">
          {label}
        </label>
        {note !== undefined && <span className="text-ink-3 text-xs">{note}</span>}
      </div>
      {children({ id, 'aria-describedby': describedBy || undefined, 'aria-invalid': hasError || undefined })}
      {hasError && (
        <p id={`${id}-error`} role="alert" className="text-bad-ink flex items-start gap-1.5 text-xs">
          <CircleAlert aria-hidden className="mt-px size-3.5 shrink-0" />
          <span>{error}</span>
        </p>
      )}
      {hasHint && (
        <p id={`${id}-hint`} className="text-ink-3 text-xs">
          {hint}
        </p>
      )}
    </div>
  )
}
