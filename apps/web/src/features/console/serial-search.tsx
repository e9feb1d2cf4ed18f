'use client'
import type { ISearchOptions } from '@xterm/addon-search'
import { IconButton } from '@berth/ui/icon-button'
import { ArrowDown, ArrowUp, X } from 'lucide-react'
import { type KeyboardEvent, useEffect, useState } from 'react'
import type { SerialTerminal } from './serial-terminal.ts'

const options: ISearchOptions = {
  decorations: {
    matchBackground: '#5c4a14',
    matchOverviewRuler: '#e3b341',
    activeMatchBackground: '#9a7d1c',
    activeMatchColorOverviewRuler: '#f2cc60',
  },
}

interface Hits {
  index: number
  count: number
}

/** Finds text in all that the terminal holds. */
export function SerialSearch({ serial, onClose }: { serial: SerialTerminal; onClose: () => void }) {
  const [text, setText] = useState('')
  const [hits, setHits] = useState<Hits>({ index: -1, count: 0 })
  const { search } = serial

  useEffect(() => {
    const listening = search.onDidChangeResults(({ resultIndex, resultCount }) =>
      setHits({ index: resultIndex, count: resultCount }),
    )
    return () => {
      listening.dispose()
      search.clearDecorations()
    }
  }, [search])

  const change = (next: string) => {
    setText(next)
    if (next === '') search.clearDecorations()
    else search.findPrevious(next, { ...options, incremental: true })
  }
  const press = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onClose()
    if (event.key !== 'Enter') return
    if (event.shiftKey) search.findNext(text, options)
    else search.findPrevious(text, options)
  }
  const said = text === '' ? '' : hits.count === 0 ? 'Not found' : `${hits.index + 1} of ${hits.count}`
  return (
    <search className="border-line bg-raised absolute top-2 right-4 z-10 flex items-center gap-1 rounded-lg border p-1 shadow-lg">
      <input
        type="text"
        aria-label="Search the console"
        placeholder="Search"
        autoFocus
        spellCheck={false}
        autoComplete="off"
        value={text}
        onChange={(event) => change(event.target.value)}
        onKeyDown={press}
        className="placeholder:text-ink-3 h-7 w-44 rounded-md bg-transparent px-2 text-sm outline-none"
      />
      <span role="status" className="text-ink-3 min-w-16 text-right text-xs">
        {said}
      </span>
      <IconButton label="Further up" size="sm" onClick={() => search.findPrevious(text, options)}>
        <ArrowUp />
      </IconButton>
      <IconButton label="Further down" size="sm" onClick={() => search.findNext(text, options)}>
        <ArrowDown />
      </IconButton>
      <IconButton label="Close the search" size="sm" onClick={onClose}>
        <X />
      </IconButton>
    </search>
  )
}
