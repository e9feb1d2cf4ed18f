'use client'
import * as Radix from 'radix-ui/popover'
import type { ReactElement, ReactNode } from 'react'
import { cn } from './cn.ts'

export interface PopoverProps {
  trigger: ReactElement
  /** Accessible name of what opens. */
  label: string
  children: ReactNode
  align?: 'start' | 'center' | 'end' | undefined
  className?: string | undefined
}

export function Popover({ trigger, label, children, align = 'start', className }: PopoverProps) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          aria-label={label}
          align={align}
          sideOffset={5}
          collisionPadding={8}
          className={cn(
            'animate-pop border-line bg-raised z-50 w-72 rounded-lg border p-3 text-sm shadow-md focus:outline-none',
            className,
          )}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
