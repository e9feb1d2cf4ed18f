'use client'
import { FilterChip } from '@berth/ui/filter-chip'
import { late, useLate } from '@berth/ui/late'
import { TextField } from '@berth/ui/text-field'
import { type FilterTerm, formatTerm, formatVmFilter } from '@berth/core/vm/vm-filter'
import { Search } from 'lucide-react'
import { type KeyboardEvent, useEffect, useEffectEvent, useId, useMemo, useRef, useState } from 'react'
import { type BoxState, draftOf, readDraft, toggleTerm } from './filter-draft.ts'
import { FilterMenu } from './filter-menu.tsx'
import type { KnownValues, Suggestion } from './filter-suggestions.ts'

export interface FilterBoxProps {
  state: BoxState
  onChange: (state: BoxState) => void
  known: KnownValues
}

/** What can be typed, and the list that shows it: from the first time the box has the focus. */
const help = late(() => Promise.all([import('./filter-suggestions.ts'), import('./suggestion-list.tsx')]))
const nothing: readonly Suggestion[] = []

const typedInto = 'input:not([type=checkbox]), textarea, select, [contenteditable]'

/** Of two changes of the address; the first key is answered at once. */
const pauseMs = 90

/** Free text and terms in one box, with what can be typed below it; terms become chips. */
export function FilterBox({ state, onChange, known }: FilterBoxProps) {
  const [box, setBox] = useState(state)
  const [draft, setDraft] = useState(draftOf(state))
  const [isOpen, setIsOpen] = useState(false)
  const [active, setActive] = useState(-1)
  const input = useRef<HTMLInputElement>(null)
  const listId = useId()
  const told = useTold(state, (next) => {
    setBox(next)
    setDraft(draftOf(next))
  })
  const apply = usePaced((next) => {
    told(next)
    onChange(next)
  })
  useFocusBySlash(input)
  const [words, list] = useLate(help, isOpen ? 1 : 0) ?? []
  const suggestions = useMemo(() => words?.suggestionsFor(draft, known) ?? nothing, [words, draft, known])
  const idOf = (index: number) => `${listId}-${index}`

  const tell = (next: BoxState, isUrgent: boolean) => {
    setBox(next)
    apply(next, isUrgent)
  }
  const read = (source: string, isFinished: boolean) => {
    const { draft: rest, ...next } = readDraft(source, box.filter.terms, isFinished)
    setDraft(rest)
    setActive(-1)
    tell(next, isFinished || next.filter.terms !== box.filter.terms)
  }
  const choose = (suggestion: Suggestion) => {
    if (!words) return
    const source = words.withSuggestion(draft, suggestion)
    if (suggestion.isTerm) read(source, false)
    else setDraft(source)
    setActive(-1)
    setIsOpen(!suggestion.isTerm)
    input.current?.focus()
  }
  const toggle = (term: FilterTerm) => {
    tell({ ...box, filter: { ...box.filter, terms: toggleTerm(box.filter.terms, term) } }, true)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const last = box.filter.terms.at(-1)
    const chosen = suggestions[active]
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0) {
      event.preventDefault()
      setIsOpen(true)
      setActive(nextActive(active + step, suggestions.length))
    } else if (event.key === 'Enter') {
      if (chosen) choose(chosen)
      else {
        read(draft, true)
        setIsOpen(false)
      }
    } else if (event.key === 'Escape') {
      // Type search would empty the box by itself, also when only the list is to be closed.
      event.preventDefault()
      if (suggestions.length > 0) setIsOpen(false)
      else read('', true)
    } else if (event.key === 'Backspace' && draft === '' && last) toggle(last)
  }
  return (
    <search className="flex min-w-0 flex-1 flex-wrap items-start gap-2">
      <div className="relative w-full sm:w-96">
        <TextField
          ref={input}
          label="Filter machines"
          hideLabel
          type="search"
          role="combobox"
          aria-expanded={suggestions.length > 0}
          aria-controls={listId}
          aria-autocomplete="list"
          {...(active >= 0 ? { 'aria-activedescendant': idOf(active) } : {})}
          value={draft}
          onChange={(event) => {
            setIsOpen(true)
            read(event.target.value, false)
          }}
          onFocus={() => setIsOpen(true)}
          onBlur={() => {
            setIsOpen(false)
            read(draft, true)
          }}
          onKeyDown={onKeyDown}
          leading={<Search aria-hidden />}
          placeholder="Name, tag, address, state:running, mem>8G"
          aria-keyshortcuts="/"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          error={box.problems.length === 0 ? null : box.problems.map(({ sentence }) => sentence).join(' ')}
        />
        {list && <list.SuggestionList id={listId} {...{ idOf, suggestions, active }} onChoose={choose} />}
      </div>
      <FilterMenu terms={box.filter.terms} known={known} onToggle={toggle} />
      {box.filter.terms.map((term) => (
        <span key={formatTerm(term)} className="flex h-8 items-center">
          <FilterChip label={formatTerm(term)} onRemove={() => toggle(term)} />
        </span>
      ))}
    </search>
  )
}

/** Around the end comes the box itself, with nothing chosen. */
const nextActive = (wanted: number, count: number): number => (wanted >= count ? -1 : wanted < -1 ? count - 1 : wanted)

/** Tells the first change at once and the last one of a burst soon: the address may not be written a hundred times a second. */
function usePaced(onChange: (state: BoxState) => void) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const toldAt = useRef(0)
  useEffect(() => () => clearTimeout(timer.current), [])
  return (state: BoxState, isUrgent: boolean) => {
    clearTimeout(timer.current)
    const tell = () => {
      toldAt.current = performance.now()
      onChange(state)
    }
    const waitMs = toldAt.current + pauseMs - performance.now()
    if (isUrgent || waitMs <= 0) tell()
    else timer.current = setTimeout(tell, waitMs)
  }
}

/** After so long what was told has been shown, or two changes of it became one. */
const echoMs = 5_000

/**
 * Takes over what the address says when it changed elsewhere (back, a link, a saved filter), and not when it says, late, what
 * was told from here while somebody typed on. Call the answer with what is told.
 */
function useTold(state: BoxState, takeOver: (state: BoxState) => void): (next: BoxState) => void {
  const told = useRef<{ text: string; atMs: number }[]>([])
  const shown = textOf(state)
  const last = useRef(shown)
  const onShown = useEffectEvent((text: string) => {
    // The first rendering shows it already; what was typed before the page listened is newer.
    if (text === last.current) return
    last.current = text
    const waiting = told.current.filter(({ atMs }) => performance.now() - atMs < echoMs)
    const at = waiting.findIndex((one) => one.text === text)
    if (at < 0) takeOver(state)
    told.current = waiting.slice(at + 1)
  })
  useEffect(() => onShown(shown), [shown])
  return (next) => {
    const text = textOf(next)
    // What is shown already comes again after what was told before it. Told late, `shown` may be of an earlier rendering.
    if (text !== last.current || told.current.length > 0)
      told.current = [...told.current, { text, atMs: performance.now() }]
  }
}

const textOf = ({ filter, problems }: BoxState): string =>
  [formatVmFilter(filter), ...problems.map(({ source }) => source)].join(' ')

/** "/" goes to the box, unless somebody is typing. */
function useFocusBySlash(input: { current: HTMLInputElement | null }) {
  useEffect(() => {
    const onKeyDown = (event: globalThis.KeyboardEvent) => {
      const { target } = event
      const isTyping = target instanceof HTMLElement && target.matches(typedInto)
      if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.defaultPrevented) return
      event.preventDefault()
      input.current?.focus()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [input])
}
