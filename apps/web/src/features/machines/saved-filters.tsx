'use client'
import { cn } from '@berth/ui/cn'
import { IconButton } from '@berth/ui/icon-button'
import { late, useLate } from '@berth/ui/late'
import { toast } from '@berth/ui/toast'
import { formatVmFilter, parseVmFilter } from '@berth/core/vm/vm-filter'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Bookmark, X } from 'lucide-react'
import { useState } from 'react'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import type { BoxState } from './filter-draft.ts'

const dialog = late(() => import('./save-filter-dialog.tsx'))

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
  const { data } = useQuery(trpc.vm.savedFilters.queryOptions())
  const refresh = () => queryClient.invalidateQueries({ queryKey: trpc.vm.savedFilters.queryKey() })
  const save = useMutation(trpc.vm.saveFilter.mutationOptions({ onSettled: refresh }))
  const forget = useMutation(trpc.vm.forgetFilter.mutationOptions({ onSettled: refresh }))
  if (data === undefined || data.items.length === 0) return null
  const query = formatVmFilter(state.filter)

  const onForget = (filter: SavedFilter) => {
    const undo = { label: 'Undo', onClick: () => save.mutate(filter) }
    forget.mutate(
      { name: filter.name },
      { onSuccess: () => toast.notice(`“${filter.name}” was deleted`, { action: undo }) },
    )
  }
  return (
    <ul aria-label="Saved filters" className="flex min-w-0 flex-wrap items-center gap-2">
      {data.items.map((filter) => {
        const isOn = queryOf(filter) === query
        return (
          <SavedChip
            key={filter.name}
            filter={filter}
            isOn={isOn}
            onToggle={() => onChange(parseVmFilter(isOn ? '' : filter.query))}
            onForget={() => onForget(filter)}
          />
        )
      })}
    </ul>
  )
}

const queryOf = (saved: SavedFilter): string => formatVmFilter(parseVmFilter(saved.query).filter)

/** Keeps what the box says now under a name. */
export function SaveFilterButton({ state }: Pick<SavedFiltersProps, 'state'>) {
  const trpc = useTRPC()
  const [isSaving, setIsSaving] = useState(false)
  const loaded = useLate(dialog, isSaving ? 1 : 0)
  const { data } = useQuery(trpc.vm.savedFilters.queryOptions())
  const saved = data?.items ?? []
  const query = formatVmFilter(state.filter)
  const same = saved.find((filter) => queryOf(filter) === query)
  const reason = () => {
    if (query === '') return 'There is no filter to save yet'
    if (state.problems.length > 0) return 'The filter has a term that cannot be read'
    return same ? `Saved as “${same.name}” already` : null
  }
  return (
    <>
      <IconButton
        label="Save this filter"
        variant="secondary"
        disabledReason={reason()}
        onClick={() => setIsSaving(true)}
      >
        <Bookmark />
      </IconButton>
      {loaded && (
        <loaded.SaveFilterDialog
          query={query}
          taken={saved.map(({ name }) => name)}
          onClose={() => setIsSaving(false)}
        />
      )}
    </>
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
