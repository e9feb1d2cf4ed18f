'use client'
import { Check, Minus } from 'lucide-react'
import * as Radix from 'radix-ui/checkbox'
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
  return (
    <div className={cn('flex items-start gap-2', className)}>
      <Radix.Root
        id={id}
        checked={checked}
        disabled={disabled}
        onCheckedChange={(next) => onCheckedChange(next === true)}
        {...(hint === undefined ? {} : { 'aria-describedby': `${id}-hint` })}
        className="border-line-control bg-surface text-on-accent hover:border-ink-3 data-[state=checked]:border-accent data-[state=checked]:bg-accent data-[state=indeterminate]:border-accent data-[state=indeterminate]:bg-accent mt-0.5 grid size-4 shrink-0 place-items-center rounded-xs border transition-colors disabled:opacity-50"
      >
        <Radix.Indicator>
          {checked === 'indeterminate' ? (
            <Minus className="size-3" strokeWidth={3} />
          ) : (
            <Check className="size-3" strokeWidth={3} />
          )}
        </Radix.Indicator>
      </Radix.Root>
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
