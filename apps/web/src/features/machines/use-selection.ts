'use client'
import { useCallback, useMemo, useRef, useState } from 'react'

export interface Selection {
  ids: readonly string[]
  has: (id: string) => boolean
  toggle: (id: string, isRange: boolean) => void
  toggleAll: () => void
  clear: () => void
  allState: boolean | 'indeterminate'
}

/** What is ticked of the rows that are shown; a row that is gone is no longer ticked. */
export function useSelection(shown: readonly string[]): Selection {
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set())
  const lastTicked = useRef<string | null>(null)
  const ids = useMemo(() => shown.filter((id) => ticked.has(id)), [shown, ticked])

  const toggle = useCallback(
    (id: string, isRange: boolean) => {
      const from = isRange && lastTicked.current !== null ? shown.indexOf(lastTicked.current) : -1
      const to = shown.indexOf(id)
      lastTicked.current = id
      setTicked((current) => {
        if (from >= 0 && to >= 0) {
          return new Set([...current, ...shown.slice(Math.min(from, to), Math.max(from, to) + 1)])
        }
        const next = new Set(current)
        if (!next.delete(id)) next.add(id)
        return next
      })
    },
    [shown],
  )
  const isAll = ids.length > 0 && ids.length === shown.length
  return {
    ids,
    has: (id) => ticked.has(id),
    toggle,
    toggleAll: () => setTicked(isAll ? new Set() : new Set(shown)),
    clear: () => setTicked(new Set()),
    allState: isAll ? true : ids.length > 0 ? 'indeterminate' : false,
  }
}
