/** Where a tooltip goes: on its side of the anchor, or opposite when only there is room, and always inside the window. */
interface Size {
  width: number
  height: number
}

export interface Box extends Size {
  left: number
  top: number
}

export type Side = 'top' | 'right' | 'bottom' | 'left'

const gapPx = 6
const marginPx = 8
const opposite = { top: 'bottom', bottom: 'top', left: 'right', right: 'left' } as const

/** Left and top in pixels of the window. */
export function placeTooltip(anchor: Box, tip: Size, where: { side: Side; window: Size }): Pick<Box, 'left' | 'top'> {
  const { side, window } = where
  const hasRoom = (on: Side): boolean => {
    const needed = (on === 'top' || on === 'bottom' ? tip.height : tip.width) + gapPx + marginPx
    return roomOn(on, anchor, window) >= needed
  }
  const chosen = !hasRoom(side) && hasRoom(opposite[side]) ? opposite[side] : side
  const { left, top } = beside(anchor, tip, chosen)
  return { left: clamp(left, window.width - tip.width), top: clamp(top, window.height - tip.height) }
}

function roomOn(side: Side, { left, top, width, height }: Box, window: Size): number {
  if (side === 'top') return top
  if (side === 'left') return left
  return side === 'bottom' ? window.height - top - height : window.width - left - width
}

function beside(anchor: Box, tip: Size, side: Side): Pick<Box, 'left' | 'top'> {
  const left = anchor.left + (anchor.width - tip.width) / 2
  const top = anchor.top + (anchor.height - tip.height) / 2
  switch (side) {
    case 'top':
      return { left, top: anchor.top - tip.height - gapPx }
    case 'bottom':
      return { left, top: anchor.top + anchor.height + gapPx }
    case 'left':
      return { left: anchor.left - tip.width - gapPx, top }
    case 'right':
      return { left: anchor.left + anchor.width + gapPx, top }
  }
}

const clamp = (value: number, most: number): number => Math.max(marginPx, Math.min(value, most - marginPx))
