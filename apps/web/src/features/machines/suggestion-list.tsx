'use client'
import { cn } from '@berth/ui/cn'
import type { Suggestion } from './filter-suggestions.ts'

export interface SuggestionListProps {
  id: string
  idOf: (index: number) => string
  suggestions: readonly Suggestion[]
  /** Index of the one that Enter takes; -1: none. */
  active: number
  onChoose: (suggestion: Suggestion) => void
}

/** Below the filter box: what can be typed next. The focus stays in the box. */
export function SuggestionList({ id, idOf, suggestions, active, onChoose }: SuggestionListProps) {
  return (
    <ul
      id={id}
      role="listbox"
      aria-label="What can be typed"
      className={cn(
        'animate-pop border-line bg-raised absolute inset-x-0 top-full z-30 mt-1 max-h-80 overflow-y-auto rounded-lg border p-1 shadow-lg',
        suggestions.length === 0 && 'hidden',
      )}
    >
      {suggestions.map((suggestion, index) => (
        <li
          key={suggestion.insert}
          id={idOf(index)}
          role="option"
          aria-selected={index === active}
          ref={(element) => {
            if (index === active) element?.scrollIntoView({ block: 'nearest' })
          }}
          // Before the box loses the focus, which would close the list.
          onMouseDown={(event) => {
            event.preventDefault()
            onChoose(suggestion)
          }}
          className={cn(
            'flex cursor-default items-baseline justify-between gap-4 rounded-md px-2.5 py-1.5 text-sm max-sm:py-2.5',
            index === active ? 'bg-accent-soft text-accent-ink' : 'hover:bg-hover',
          )}
        >
          <span className="truncate font-mono text-xs">{suggestion.label}</span>
          <span className="text-ink-3 text-xs whitespace-nowrap">{suggestion.hint}</span>
        </li>
      ))}
    </ul>
  )
}
