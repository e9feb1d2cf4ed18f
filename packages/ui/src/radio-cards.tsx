'use client'
import * as Radix from 'radix-ui/radio-group'
import type { ReactNode } from 'react'
import { cn } from './cn.ts'

export interface RadioCard<Value extends string> {
  value: Value
  title: ReactNode
  description?: ReactNode
  icon?: ReactNode
  /** Right or below: numbers, a badge. */
  extra?: ReactNode
  disabledReason?: string | null | undefined
}

export interface RadioCardsProps<Value extends string> {
  label: string
  value: Value | undefined
  onValueChange: (value: Value) => void
  options: readonly RadioCard<Value>[]
  /** Grid classes, to choose the columns. */
  className?: string | undefined
}

export function RadioCards<Value extends string>(props: RadioCardsProps<Value>) {
  const { label, value, onValueChange, options, className } = props
  const change = (next: string) => {
    const chosen = options.find((option) => option.value === next)
    if (chosen) onValueChange(chosen.value)
  }
  return (
    <Radix.Root
      aria-label={label}
      value={value ?? ''}
      onValueChange={change}
      className={cn('grid grid-cols-1 gap-2.5 sm:grid-cols-2 lg:grid-cols-3', className)}
    >
      {options.map((option) => (
        <Radix.Item
          key={option.value}
          value={option.value}
          disabled={Boolean(option.disabledReason)}
          className="group border-line bg-surface hover:border-line-control disabled:bg-sunken data-[state=checked]:border-accent data-[state=checked]:bg-accent-soft data-[state=checked]:ring-accent flex items-start gap-3 rounded-lg border p-3 text-left shadow-xs transition-[border-color,background-color,box-shadow] disabled:cursor-not-allowed data-[state=checked]:ring-1"
        >
          {option.icon !== undefined && (
            <span className="bg-pressed text-ink-2 group-data-[state=checked]:bg-accent group-data-[state=checked]:text-on-accent grid size-8 shrink-0 place-items-center rounded-md [&_svg]:size-4.5">
              {option.icon}
            </span>
          )}
          <span className="min-w-0 flex-1">
            <span className={cn('block text-sm font-medium', option.disabledReason && 'text-ink-3')}>
              {option.title}
            </span>
            {Boolean(option.disabledReason || option.description) && (
              <span className="text-ink-2 mt-0.5 block text-xs">{option.disabledReason || option.description}</span>
            )}
            {option.extra !== undefined && <span className="text-ink-2 mt-1.5 block text-xs">{option.extra}</span>}
          </span>
          <span
            aria-hidden
            className="border-line-control bg-surface group-data-[state=checked]:border-accent group-data-[state=checked]:bg-accent mt-0.5 grid size-4 shrink-0 place-items-center rounded-full border"
          >
            <Radix.Indicator className="size-1.5 rounded-full bg-white" />
          </span>
        </Radix.Item>
      ))}
    </Radix.Root>
  )
}
