'use client'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { IconButton } from './icon-button.tsx'

export interface SelectionBarProps {
  count: number
  onClear: () => void
  /** Buttons for all that are selected. */
  children: ReactNode
}

/** Floats over the lower edge of a list while rows are selected. */
export function SelectionBar({ count, onClear, children }: SelectionBarProps) {
  if (count === 0) return null
  return (
    <div
      role="region"
      aria-label="Selection"
      className="animate-pop border-line bg-raised sticky bottom-18 z-20 mx-auto flex w-fit max-w-full items-center gap-1.5 overflow-x-auto rounded-lg border p-1.5 shadow-lg md:bottom-4"
    >
      <span role="status" className="px-2 text-sm font-medium whitespace-nowrap">
        {count} selected
      </span>
      <span aria-hidden className="bg-line h-5 w-px" />
      {children}
      <IconButton label="Clear selection" size="sm" onClick={onClear}>
        <X />
      </IconButton>
    </div>
  )
}
