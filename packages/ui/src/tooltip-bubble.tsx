'use client'
import { type ReactNode, useEffect, useEffectEvent, useLayoutEffect, useRef } from 'react'
import { createPortal } from 'react-dom'
import { placeTooltip, type Side } from './tooltip-place.ts'

export interface TooltipBubbleProps {
  id: string
  anchor: Element
  side: Side
  onClose: () => void
  onEnter: () => void
  onLeave: () => void
  children: ReactNode
}

/** The bubble itself, over everything else. Escape and scrolling take it away; tooltip.tsx says when it is there. */
export function TooltipBubble({ id, anchor, side, onClose, onEnter, onLeave, children }: TooltipBubbleProps) {
  const bubble = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const { current } = bubble
    if (current === null) return
    const window = { width: document.documentElement.clientWidth, height: document.documentElement.clientHeight }
    // Without the scale of the opening animation, in which a bounding box would be too small.
    const tip = { width: current.offsetWidth, height: current.offsetHeight }
    const { left, top } = placeTooltip(anchor.getBoundingClientRect(), tip, { side, window })
    current.style.translate = `${left}px ${top}px`
  }, [anchor, side, children])
  const close = useEffectEvent(onClose)
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => event.key === 'Escape' && close()
    const onScroll = () => close()
    document.addEventListener('keydown', onKeyDown)
    document.addEventListener('scroll', onScroll, { capture: true, passive: true })
    return () => {
      document.removeEventListener('keydown', onKeyDown)
      document.removeEventListener('scroll', onScroll, { capture: true })
    }
  }, [])
  return createPortal(
    <div
      ref={bubble}
      id={id}
      role="tooltip"
      onPointerEnter={onEnter}
      onPointerLeave={onLeave}
      className="animate-pop border-line bg-raised text-ink pointer-events-auto fixed top-0 left-0 z-50 w-max max-w-xs rounded-md border px-2.5 py-1.5 text-xs shadow-md"
    >
      {children}
    </div>,
    document.body,
  )
}
