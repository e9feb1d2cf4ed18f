'use client'
import * as Radix from 'radix-ui/tabs'
import type { ReactNode } from 'react'
import { cn } from './cn.ts'

export interface TabItem {
  value: string
  label: ReactNode
  /** A count or a badge after the name. */
  extra?: ReactNode
}

export interface TabsProps {
  value: string
  onValueChange: (value: string) => void
  items: readonly TabItem[]
  label: string
  children: ReactNode
  className?: string | undefined
}

export const tabBarClasses = '-mb-px flex gap-5 overflow-x-auto border-b border-line [scrollbar-width:none]'
export const tabClasses =
  'relative flex h-9 shrink-0 items-center gap-1.5 border-b-2 border-transparent text-sm whitespace-nowrap text-ink-2 transition-colors hover:text-ink focus-visible:-outline-offset-2 data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-ink'

/** Tabs within a page; the caller keeps `value` in the URL. Put one TabPanel per item inside. */
export function Tabs({ value, onValueChange, items, label, children, className }: TabsProps) {
  return (
    <Radix.Root value={value} onValueChange={onValueChange} className={cn('flex flex-col gap-5', className)}>
      <Radix.List aria-label={label} className={tabBarClasses}>
        {items.map((item) => (
          <Radix.Trigger key={item.value} value={item.value} className={tabClasses}>
            {item.label}
            {item.extra}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {children}
    </Radix.Root>
  )
}

export function TabPanel({ value, children }: { value: string; children: ReactNode }) {
  return (
    <Radix.Content value={value} className="focus-visible:outline-offset-4">
      {children}
    </Radix.Content>
  )
}
