'use client'
import * as Radix from 'radix-ui/switch'
import { type ReactNode, useId } from 'react'
import { cn } from './cn.ts'

export interface SwitchProps {
  label: ReactNode
  hint?: ReactNode
  checked: boolean
  onCheckedChange: (checked: boolean) => void
  disabled?: boolean | undefined
  className?: string | undefined
}

/** For what takes effect at once or is plainly on or off; label left, switch right. */
export function Switch({ label, hint, checked, onCheckedChange, disabled = false, className }: SwitchProps) {
  const id = useId()
  return (
    <div className={cn('flex items-start justify-between gap-4', className)}>
      <div className="min-w-0">
        <label htmlFor={id} className="block text-sm font-medium">
          {label}
        </label>
        {hint !== undefined && (
          <p id={`${id}-hint`} className="text-ink-3 text-xs">
            {hint}
          </p>
        )}
      </div>
      <Radix.Root
        id={id}
        checked={checked}
        disabled={disabled}
        onCheckedChange={onCheckedChange}
        {...(hint === undefined ? {} : { 'aria-describedby': `${id}-hint` })}
        className="border-line-control bg-pressed data-[state=checked]:border-accent data-[state=checked]:bg-accent relative mt-0.5 h-5 w-9 shrink-0 rounded-full border transition-colors disabled:opacity-50"
      >
        <Radix.Thumb className="bg-ink-3 block size-3.5 translate-x-0.5 rounded-full transition-[translate,background-color] duration-150 data-[state=checked]:translate-x-4.5 data-[state=checked]:bg-white" />
      </Radix.Root>
    </div>
  )
}
