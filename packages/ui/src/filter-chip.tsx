'use client'
import { X } from 'lucide-react'

export interface FilterChipProps {
  /** "state:running" */
  label: string
  onRemove: () => void
}

export function FilterChip({ label, onRemove }: FilterChipProps) {
  return (
    <span className="bg-accent-soft text-accent-ink inline-flex h-6 items-center gap-1 rounded-sm pr-0.5 pl-2 text-xs font-medium">
      {label}
      <button
        type="button"
        aria-label={`Remove filter ${label}`}
        onClick={onRemove}
        className="hover:bg-pressed grid size-5 place-items-center rounded-xs"
      >
        <X aria-hidden className="size-3" />
      </button>
    </span>
  )
}
