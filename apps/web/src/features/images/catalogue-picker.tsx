'use client'
import { cn } from '@berth/ui/cn'
import { Skeleton } from '@berth/ui/skeleton'
import { TextField } from '@berth/ui/text-field'
import { useQuery } from '@tanstack/react-query'
import { Link2, Search } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { ImageTile } from './image-tile.tsx'
import type { CatalogueImage } from './import-draft.ts'

export interface CataloguePickerProps {
  /** Name of the chosen entry; null: an address of one's own. */
  value: string | null
  onChoose: (entry: CatalogueImage | null) => void
}

/** The usual cloud images, searchable, and an address of one's own. */
export function CataloguePicker({ value, onChoose }: CataloguePickerProps) {
  const trpc = useTRPC()
  const [search, setSearch] = useState('')
  const { data } = useQuery(trpc.image.catalogue.queryOptions())
  const found = data?.items.filter((entry) => entry.name.toLowerCase().includes(search.trim().toLowerCase()))
  return (
    <div className="flex min-h-0 flex-col gap-2">
      <TextField
        label="Search images"
        hideLabel
        type="search"
        placeholder="Search images"
        leading={<Search aria-hidden />}
        value={search}
        onChange={(event) => setSearch(event.target.value)}
      />
      <div
        role="radiogroup"
        aria-label="Image"
        className="flex flex-col gap-0.5 max-sm:max-h-48 max-sm:overflow-y-auto"
      >
        {found === undefined && [0, 1, 2, 3].map((row) => <Skeleton key={row} className="h-9" />)}
        {found?.map((entry) => (
          <Choice key={entry.name} isChosen={value === entry.name} onChoose={() => onChoose(entry)}>
            <ImageTile image={entry} size="sm" />
            <span className="truncate">{entry.name}</span>
          </Choice>
        ))}
        {found?.length === 0 && <p className="text-ink-3 px-2 py-1.5 text-xs">No such image in the list.</p>}
        <Choice isChosen={value === null} onChoose={() => onChoose(null)}>
          <span className="bg-pressed text-ink-2 grid size-6 shrink-0 place-items-center rounded-sm">
            <Link2 aria-hidden className="size-3.5" />
          </span>
          <span className="truncate">Another address</span>
        </Choice>
      </div>
    </div>
  )
}

interface ChoiceProps {
  isChosen: boolean
  onChoose: () => void
  children: ReactNode
}

function Choice({ isChosen, onChoose, children }: ChoiceProps) {
  return (
    <button
      type="button"
      role="radio"
      aria-checked={isChosen}
      onClick={onChoose}
      className={cn(
        'flex h-9 items-center gap-2.5 rounded-md border px-2 text-left text-sm',
        isChosen ? 'border-accent bg-accent-soft font-medium' : 'hover:bg-hover border-transparent',
      )}
    >
      {children}
    </button>
  )
}
