'use client'
import { Button } from '@berth/ui/button'
import { DropdownMenu, MenuCheckItem, MenuLabel } from '@berth/ui/dropdown-menu'
import { FilterChip } from '@berth/ui/filter-chip'
import { TextField } from '@berth/ui/text-field'
import { ListFilter, Search } from 'lucide-react'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { stateLooks } from './machine-state.tsx'
import {
  filterStates,
  formatToken,
  isSameToken,
  parseVmFilter,
  toggleToken,
  type FilterToken,
  type VmFilter,
} from './vm-filter.ts'
import type { KnownNames } from './vm-list-query.ts'

export interface FilterBoxProps {
  filter: VmFilter
  onChange: (filter: VmFilter) => void
  names: KnownNames
  tags: readonly string[]
}

const typingPauseMs = 180

/** Free text and tokens in one box: a token becomes a chip with the space or Enter after it, or is chosen in the menu. */
export function FilterBox({ filter, onChange, names, tags }: FilterBoxProps) {
  const [draft, setDraft] = useState(filter.text)
  const [settled, setSettled] = useState(filter.text)
  const input = useRef<HTMLInputElement>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  // The address changed from elsewhere (back, a link): show what it says.
  if (filter.text !== settled) {
    setSettled(filter.text)
    setDraft(filter.text)
  }
  useFocusBySlash(input)

  const apply = (source: string, isDone: boolean) => {
    clearTimeout(timer.current)
    const typed = parseVmFilter(source)
    const added = isDone ? typed : { text: source.trim(), tokens: [] }
    const tokens = added.tokens.reduce(
      (all, token) => (all.tokens.some((other) => isSameToken(other, token)) ? all : toggleToken(all, token)),
      filter,
    ).tokens
    setSettled(added.text)
    if (isDone) setDraft(added.text)
    onChange({ text: added.text, tokens })
  }
  const type = (source: string) => {
    setDraft(source)
    clearTimeout(timer.current)
    if (source.endsWith(' ') && parseVmFilter(source).tokens.length > 0) return apply(source, true)
    // Half a token is not text to look for.
    if (!/\b(state|host|tag|image):\S*$/i.test(source))
      timer.current = setTimeout(() => apply(source, false), typingPauseMs)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const last = filter.tokens.at(-1)
    if (event.key === 'Enter') apply(draft, true)
    else if (event.key === 'Escape' && draft !== '') apply('', true)
    else if (event.key === 'Backspace' && draft === '' && last) onChange(toggleToken(filter, last))
  }
  const toggle = (token: FilterToken) => onChange(toggleToken(filter, token))
  return (
    <search className="flex min-w-0 flex-1 flex-wrap items-center gap-2">
      <TextField
        ref={input}
        label="Filter machines"
        hideLabel
        type="search"
        value={draft}
        onChange={(event) => type(event.target.value)}
        onKeyDown={onKeyDown}
        leading={<Search aria-hidden />}
        placeholder="Name, tag, address, state:running…"
        aria-keyshortcuts="/"
        autoComplete="off"
        spellCheck={false}
        className="w-full sm:w-80"
      />
      <FilterMenu filter={filter} names={names} tags={tags} onToggle={toggle} />
      {filter.tokens.map((token) => (
        <FilterChip key={formatToken(token)} label={formatToken(token)} onRemove={() => toggle(token)} />
      ))}
    </search>
  )
}

interface FilterMenuProps extends Omit<FilterBoxProps, 'onChange'> {
  onToggle: (token: FilterToken) => void
}

function FilterMenu({ filter, names, tags, onToggle }: FilterMenuProps) {
  const item = (token: FilterToken, label: string) => (
    <MenuCheckItem
      key={formatToken(token)}
      checked={filter.tokens.some((other) => isSameToken(other, token))}
      onCheckedChange={() => onToggle(token)}
    >
      {label}
    </MenuCheckItem>
  )
  return (
    <DropdownMenu
      align="start"
      trigger={
        <Button>
          <ListFilter aria-hidden />
          Filter
        </Button>
      }
    >
      <MenuLabel>State</MenuLabel>
      {filterStates.slice(0, 3).map((state) => item({ key: 'state', value: state }, stateLooks[state].word))}
      {(['crashed', 'unknown'] as const).map((state) => item({ key: 'state', value: state }, stateLooks[state].word))}
      {names.hosts.length > 0 && <MenuLabel>Host</MenuLabel>}
      {names.hosts.slice(0, 12).map(({ name }) => item({ key: 'host', value: name }, name))}
      {tags.length > 0 && <MenuLabel>Tag</MenuLabel>}
      {tags.slice(0, 12).map((tag) => item({ key: 'tag', value: tag }, tag))}
      {names.images.length > 0 && <MenuLabel>Image</MenuLabel>}
      {names.images.slice(0, 12).map(({ name }) => item({ key: 'image', value: name }, name))}
    </DropdownMenu>
  )
}

/** "/" goes to the box, unless somebody is typing. */
function useFocusBySlash(input: { current: HTMLInputElement | null }) {
  useEffect(() => {
    const onKeyDown = (event: globalThis.KeyboardEvent) => {
      const { target } = event
      const isTyping = target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]')
      if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.defaultPrevented) return
      event.preventDefault()
      input.current?.focus()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [input])
}
