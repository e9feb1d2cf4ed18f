'use client'
import * as Radix from 'radix-ui/toggle-group'
import type { ReactNode } from 'react'
import { cn } from './cn.ts'

export interface SegmentedControlProps<Value extends string> {
  label: string
  value: Value
  onValueChange: (value: Value) => void
  options: readonly { value: Value; label: ReactNode; title?: string | undefined }[]
  className?: string | undefined
}

/** One of a few, all visible: range of a graph, theme. Arrow keys move between the options. */
export function SegmentedControl<Value extends string>(props: SegmentedControlProps<Value>) {
  const { label, value, onValueChange, options, className } = props
  const change = (next: string) => {
    // Radix reports '' when the chosen one is pressed again; one stays chosen.
    const chosen = options.find((option) => option.value === next)
    if (chosen) onValueChange(chosen.value)
  }
  return (
    <Radix.Root
      type="single"
      aria-label={label}
      value={value}
      onValueChange={change}
      className={cn('border-line bg-sunken inline-flex h-8 items-stretch gap-0.5 rounded-md border p-0.5', className)}
    >
      {options.map((option) => (
        <Radix.Item
          key={option.value}
          value={option.value}
          {...(option.title === undefined ? {} : { 'aria-label': option.title, title: option.title })}
          className="text-ink-2 hover:text-ink data-[state=on]:bg-raised data-[state=on]:text-ink flex flex-1 items-center justify-center gap-1.5 rounded-sm px-2.5 text-xs font-medium whitespace-nowrap transition-colors focus-visible:outline-offset-0 data-[state=on]:shadow-sm [&_svg]:size-4"
        >
          {option.label}
        </Radix.Item>
      ))}
    </Radix.Root>
  )
}
