'use client'
import * as Radix from 'radix-ui/popover'
import type { ReactElement, ReactNode } from 'react'
import { returnFocus } from './return-focus.ts'

export interface PopoverProps {
  label: string
  /** The button; takes focus back when it closes. */
  trigger: ReactElement
  children: ReactNode
  align?: 'start' | 'center' | 'end' | undefined
}

/** Things to read and to use beside a button, where a menu has choices only. */
export function Popover({ label, trigger, children, align = 'start' }: PopoverProps) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          aria-label={label}
          align={align}
          sideOffset={5}
          collisionPadding={8}
          onCloseAutoFocus={returnFocus}
          className="animate-pop border-line bg-raised text-ink z-50 w-80 max-w-[calc(100vw-1rem)] rounded-lg border shadow-md focus:outline-none"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
