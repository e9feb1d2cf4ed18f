'use client'
import { Check, Minus } from 'lucide-react'
import { type ReactNode, useId } from 'react'
import { cn } from './cn.ts'

export interface CheckboxProps {
  label: ReactNode
  /** Keeps the label for screen readers only (rows of a table). */
  hideLabel?: boolean | undefined
  hint?: ReactNode
  checked: boolean | 'indeterminate'
  onCheckedChange: (checked: boolean) => void
  disabled?: boolean | undefined
  className?: string | undefined
}

export function Checkbox({
  label,
  hideLabel = false,
  hint,
  checked,
  onCheckedChange,
  disabled = false,
  className,
}: CheckboxProps) {
  const id = useId()
  const Mark = checked === 'indeterminate' ? Minus : Check
  return (
    <div className={cn('flex items-start gap-2', className)}>
      <span className="mt-0.5 grid size-4 shrink-0 *:[grid-area:1/1]">
        <input
          ref={(box) => {
            if (box) box.indeterminate = checked === 'indeterminate'
          }}
          id={id}
          type="checkbox"
          checked={checked === true}
          disabled={disabled}
          onChange={(event) => onCheckedChange(event.target.checked)}
          // Space ticks it; in a form Enter would send that off.
          onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
          {...(hint === undefined ? {} : { 'aria-describedby': `${id}-hint` })}
          className={cn(
            'size-4 cursor-pointer appearance-none rounded-xs border transition-colors disabled:cursor-default disabled:opacity-50',
            checked === false ? 'border-line-control bg-surface hover:border-ink-3' : 'border-accent bg-accent',
          )}
        />
        {checked !== false && (
          <Mark
            aria-hidden
            strokeWidth={3}
            className={cn('text-on-accent pointer-events-none size-3 place-self-center', disabled && 'opacity-50')}
          />
        )}
      </span>
      <div className={cn('min-w-0', hideLabel && 'sr-only')}>
        <label htmlFor={id} className="block text-sm leading-5">
          {label}
        </label>
        {hint !== undefined && (
          <p id={`${id}-hint`} className="text-ink-3 text-xs">
            {hint}
          </p>
        )}
      </div>
    </div>
  )
}
