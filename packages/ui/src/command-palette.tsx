'use client'
import { Command } from 'cmdk'
import { Search } from 'lucide-react'
import * as Radix from 'radix-ui/dialog'
import type { ReactNode } from 'react'
import { Kbd } from './kbd.tsx'
import { matchScore } from './match-score.ts'
import { Spinner } from './spinner.tsx'

export interface PaletteItem {
  id: string
  label: string
  /** Also found by these: ids, tags, addresses. */
  keywords?: readonly string[] | undefined
  icon?: ReactNode
  hint?: ReactNode
  onSelect: () => void
}

export interface PaletteGroup {
  heading: string
  items: readonly PaletteItem[]
}

export interface CommandPaletteProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  query: string
  onQueryChange: (query: string) => void
  groups: readonly PaletteGroup[]
  placeholder?: string | undefined
  /** While a search on the server runs. */
  searching?: boolean | undefined
}

/** Go to, do, find. Matches in the browser by label and keywords; the caller adds what its own search finds to `groups`. */
export function CommandPalette(props: CommandPaletteProps) {
  const {
    open,
    onOpenChange,
    query,
    onQueryChange,
    groups,
    placeholder = 'Search or run a command…',
    searching = false,
  } = props
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="animate-fade bg-scrim fixed inset-0 z-40 backdrop-blur-[2px]" />
        <Radix.Content
          aria-describedby={undefined}
          className="animate-pop border-line bg-raised fixed inset-x-3 top-3 z-50 mx-auto max-w-xl overflow-hidden rounded-xl border shadow-lg focus:outline-none sm:top-[14vh]"
        >
          <Radix.Title className="sr-only">Command palette</Radix.Title>
          <Command label="Commands" filter={(_value, search, keywords) => matchScore(search, keywords ?? [])} loop>
            <div className="border-line flex h-12 items-center gap-2.5 border-b px-4">
              {searching ? (
                <Spinner className="text-ink-3" label="Searching" />
              ) : (
                <Search aria-hidden className="text-ink-3 size-4" />
              )}
              <Command.Input
                value={query}
                onValueChange={onQueryChange}
                placeholder={placeholder}
                className="placeholder:text-ink-3 h-full flex-1 bg-transparent text-base outline-none max-sm:text-[1rem]"
              />
              <Kbd>Esc</Kbd>
            </div>
            <Command.List className="max-h-[min(24rem,60vh)] overflow-y-auto p-1.5">
              <Command.Empty className="text-ink-3 py-10 text-center text-sm">
                {searching ? 'Searching…' : 'Nothing found'}
              </Command.Empty>
              {groups.map((group) => (
                <Command.Group
                  key={group.heading}
                  heading={group.heading}
                  className="[&_[cmdk-group-heading]]:text-ink-3 [&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs"
                >
                  {group.items.map((item) => (
                    <Command.Item
                      key={item.id}
                      value={item.id}
                      keywords={[item.label, ...(item.keywords ?? [])]}
                      onSelect={item.onSelect}
                      className="data-[selected=true]:bg-hover [&>svg]:text-ink-3 flex h-9 items-center gap-2.5 rounded-md px-2.5 text-sm select-none [&>svg]:size-4 [&>svg]:shrink-0"
                    >
                      {item.icon}
                      <span className="min-w-0 flex-1 truncate">{item.label}</span>
                      {item.hint !== undefined && (
                        <span className="text-ink-3 flex items-center text-xs">{item.hint}</span>
                      )}
                    </Command.Item>
                  ))}
                </Command.Group>
              ))}
            </Command.List>
          </Command>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
