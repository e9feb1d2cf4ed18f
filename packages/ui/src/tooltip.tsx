'use client'
import * as Radix from 'radix-ui/tooltip'
import type { ReactElement, ReactNode } from 'react'

export interface TooltipProps {
  content: ReactNode
  children: ReactElement
  side?: 'top' | 'right' | 'bottom' | 'left' | undefined
  delayMs?: number | undefined
}

/** Shows `content` on hover and focus of its single child; without content it is only the child. */
export function Tooltip({ content, children, side = 'top', delayMs = 350 }: TooltipProps) {
  if (content === undefined || content === null || content === '') return children
  return (
    <Radix.Provider delayDuration={delayMs}>
      <Radix.Root>
        <Radix.Trigger asChild>{children}</Radix.Trigger>
        <Radix.Portal>
          <Radix.Content
            side={side}
            sideOffset={6}
            collisionPadding={8}
            className="animate-pop border-line bg-raised text-ink z-50 max-w-xs rounded-md border px-2.5 py-1.5 text-xs shadow-md"
          >
            {content}
          </Radix.Content>
        </Radix.Portal>
      </Radix.Root>
    </Radix.Provider>
  )
}
