'use client'
import { Button } from '@berth/ui/button'
import { cn } from '@berth/ui/cn'
import { toast } from '@berth/ui/toast'
import { formatVmFilter, parseVmFilter } from '@berth/core/vm/vm-filter'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Bookmark, X } from 'lucide-react'
import { useState } from 'react'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import type { BoxState } from './filter-draft.ts'
import { SaveFilterDialog } from './save-filter-dialog.tsx'

export interface SavedFiltersProps {
  state: BoxState
  onChange: (state: BoxState) => void
}

interface SavedFilter {
  name: string
  query: string
}

/** The reader's own filters: a click shows what one leaves, another one shows all again. */
export function SavedFilters({ state, onChange }: SavedFiltersProps) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [isSaving, setIsSaving] = useState(false)
  const { data } = useQuery(trpc.vm.savedFilters.queryOptions())
  const refresh = () => queryClient.invalidateQueries({ queryKey: trpc.vm.savedFilters.queryKey() })
  const save = useMutation(trpc.vm.saveFilter.mutationOptions({ onSettled: refresh }))
  const forget = useMutation(trpc.vm.forgetFilter.mutationOptions({ onSettled: refresh }))
  const saved = data?.items ?? []
  const query = formatVmFilter(state.filter)
  const isCurrent = (filter: SavedFilter) => formatVmFilter(parseVmFilter(filter.query).filter) === query
  const canSave = query !== '' && state.problems.length === 0 && data !== undefined && !saved.some(isCurrent)
  if (saved.length === 0 && !canSave) return null

  const onForget = (filter: SavedFilter) => {
    const undo = { label: 'Undo', onClick: () => save.mutate(filter) }
    forget.mutate(
      { name: filter.name },
      { onSuccess: () => toast.notice(`“${filter.name}” was deleted`, { action: undo }) },
    )
  }
  return (
    <div className="flex flex-wrap items-center gap-2">
      {saved.length > 0 && (
        <ul aria-label="Saved filters" className="flex min-w-0 flex-wrap items-center gap-2">
          {saved.map((filter) => (
            <SavedChip
              key={filter.name}
              filter={filter}
              isOn={isCurrent(filter)}
              onToggle={() => onChange(parseVmFilter(isCurrent(filter) ? '' : filter.query))}
              onForget={() => onForget(filter)}
            />
          ))}
        </ul>
      )}
      {canSave && (
        <Button variant="ghost" size="sm" onClick={() => setIsSaving(true)}>
          <Bookmark aria-hidden />
          Save this filter
        </Button>
      )}
      {isSaving && (
        <SaveFilterDialog query={query} taken={saved.map(({ name }) => name)} onClose={() => setIsSaving(false)} />
      )}
    </div>
  )
}

interface SavedChipProps {
  filter: SavedFilter
  isOn: boolean
  onToggle: () => void
  onForget: () => void
}

function SavedChip({ filter, isOn, onToggle, onForget }: SavedChipProps) {
  return (
    <li
      className={cn(
        'inline-flex h-7 max-w-full items-center rounded-full border text-xs font-medium max-sm:h-9',
        isOn ? 'border-accent bg-accent-soft text-accent-ink' : 'border-line bg-surface text-ink-2',
      )}
    >
      <button
        type="button"
        aria-pressed={isOn}
        title={filter.query}
        onClick={onToggle}
        className="hover:text-ink h-full truncate rounded-l-full pr-1 pl-3"
      >
        {filter.name}
      </button>
      <button
        type="button"
        aria-label={`Delete the saved filter ${filter.name}`}
        onClick={onForget}
        className="text-ink-3 hover:bg-pressed hover:text-ink mr-1 grid size-5 place-items-center rounded-full max-sm:size-7"
      >
        <X aria-hidden className="size-3" />
      </button>
    </li>
  )
}
