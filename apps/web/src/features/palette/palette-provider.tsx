'use client'
import type { PaletteGroup } from '@berth/ui/command-palette'
import { late, useLate } from '@berth/ui/late'
import { useWishes } from '@berth/ui/use-wishes'
import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useState } from 'react'

// Loaded on first use: the palette is not worth its weight in every first page.
const palette = late(() => import('@berth/ui/command-palette'))

interface PaletteContextValue {
  open: () => void
  close: () => void
  /** What is typed; a feature that searches on the server reads it and registers its finds as a group. */
  query: string
  isOpen: boolean
  /** While a search on the server runs, nothing is not yet "nothing found". */
  setSearching: (isSearching: boolean) => void
  register: (group: PaletteGroup) => () => void
}

const PaletteContext = createContext<PaletteContextValue | null>(null)

export function usePalette(): PaletteContextValue {
  const value = use(PaletteContext)
  if (!value) throw new Error('usePalette outside of PaletteProvider')
  return value
}

/** Adds a group while the caller is mounted. Memoise it: a new object registers anew. */
export function usePaletteGroup(group: PaletteGroup): void {
  const { register } = usePalette()
  useEffect(() => register(group), [register, group])
}

export function PaletteProvider({ children }: { children: ReactNode }) {
  const [isOpen, setIsOpen] = useState(false)
  const loaded = useLate(palette, useWishes(isOpen))
  const [query, setQuery] = useState('')
  const [isSearching, setSearching] = useState(false)
  const [groups, setGroups] = useState<readonly PaletteGroup[]>([])

  const change = useCallback((next: boolean) => {
    setIsOpen(next)
    if (!next) setQuery('')
  }, [])

  const register = useCallback((group: PaletteGroup) => {
    setGroups((current) => [...current, group])
    return () => setGroups((current) => current.filter((other) => other !== group))
  }, [])

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      // A console that has the focus takes its keys for the guest and marks them as handled.
      if (event.defaultPrevented || event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey)) return
      if (event.altKey || event.shiftKey) return
      event.preventDefault()
      change(!isOpen)
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [change, isOpen])

  // These two keep their identity while somebody types: groups are made of them.
  const open = useCallback(() => change(true), [change])
  const close = useCallback(() => change(false), [change])
  const value = useMemo(
    () => ({ open, close, query, isOpen, setSearching, register }),
    [open, close, query, isOpen, register],
  )
  return (
    <PaletteContext value={value}>
      {children}
      {loaded && (
        <loaded.CommandPalette
          open={isOpen}
          onOpenChange={change}
          query={query}
          onQueryChange={setQuery}
          groups={groups}
          searching={isSearching}
        />
      )}
    </PaletteContext>
  )
}
