'use client'
import * as Slot from 'radix-ui/slot'
import { type ReactElement, type ReactNode, type PointerEvent, useEffect, useId, useRef, useState } from 'react'
import { TooltipBubble } from './tooltip-bubble.tsx'
import type { Side } from './tooltip-place.ts'

export interface TooltipProps {
  content: ReactNode
  children: ReactElement
  side?: Side | undefined
  delayMs?: number | undefined
}

/** So long the pointer may need from the anchor to the bubble, whose text may be selected. */
const graceMs = 120

/**
 * Shows `content` on hover and focus of its single child; without content it is only the child. Made here and not of a
 * primitive, because it is on every page, in every row, and has to weigh little.
 */
export function Tooltip({ content, children, side = 'top', delayMs = 350 }: TooltipProps) {
  const id = useId()
  const [anchor, setAnchor] = useState<Element | null>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const isPressed = useRef(false)
  useEffect(() => () => clearTimeout(timer.current), [])
  const isEmpty = content === undefined || content === null || content === '' || content === false

  const after = (waitMs: number, next: Element | null) => {
    clearTimeout(timer.current)
    timer.current = setTimeout(() => setAnchor(next), waitMs)
  }
  const set = (next: Element | null) => {
    clearTimeout(timer.current)
    setAnchor(next)
  }
  const isOpen = anchor !== null && !isEmpty
  return (
    <>
      <Slot.Root
        {...(isOpen ? { 'aria-describedby': id } : {})}
        onPointerEnter={(event: PointerEvent) => event.pointerType !== 'touch' && after(delayMs, event.currentTarget)}
        onPointerLeave={() => after(graceMs, null)}
        onPointerDown={() => {
          isPressed.current = true
          set(null)
        }}
        onPointerUp={() => (isPressed.current = false)}
        // A press focuses too, and says already that the name was understood.
        onFocus={(event: { currentTarget: Element }) => !isPressed.current && set(event.currentTarget)}
        onBlur={() => {
          isPressed.current = false
          set(null)
        }}
      >
        {children}
      </Slot.Root>
      {isOpen && (
        <TooltipBubble
          id={id}
          anchor={anchor}
          side={side}
          onClose={() => set(null)}
          onEnter={() => clearTimeout(timer.current)}
          onLeave={() => after(graceMs, null)}
        >
          {content}
        </TooltipBubble>
      )}
    </>
  )
}
