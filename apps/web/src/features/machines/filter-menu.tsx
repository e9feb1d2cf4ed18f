'use client'
import { Button } from '@berth/ui/button'
import { DropdownMenu, MenuCheckItem, MenuLabel } from '@berth/ui/dropdown-menu'
import { type FilterTerm, formatTerm, isSameTerm, type WordKey } from '@berth/core/vm/vm-filter'
import { ListFilter } from 'lucide-react'
import type { KnownValues } from './filter-suggestions.ts'
import { stateLooks } from './machine-state.tsx'

const offeredStates = ['running', 'stopped', 'paused', 'crashed', 'unknown'] as const
const offeredCount = 10

export interface FilterMenuProps {
  terms: readonly FilterTerm[]
  known: KnownValues
  onToggle: (term: FilterTerm) => void
}

/** The common terms for those who point instead of typing. */
export function FilterMenu({ terms, known, onToggle }: FilterMenuProps) {
  const item = (key: WordKey, value: string, label = value) => {
    const term: FilterTerm = { kind: 'word', key, value, isNot: false }
    return (
      <MenuCheckItem
        key={formatTerm(term)}
        checked={terms.some((other) => isSameTerm(other, term))}
        onCheckedChange={() => onToggle(term)}
      >
        {label}
      </MenuCheckItem>
    )
  }
  const section = (key: WordKey, title: string) => {
    const values = known[key]?.slice(0, offeredCount) ?? []
    if (values.length === 0) return null
    return (
      <>
        <MenuLabel>{title}</MenuLabel>
        {values.map((value) => item(key, value))}
      </>
    )
  }
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
      {offeredStates.map((state) => item('state', state, stateLooks[state].word))}
      {item('needs', 'attention', 'Needs attention')}
      {section('host', 'Host')}
      {section('tag', 'Tag')}
      {section('image', 'Image')}
    </DropdownMenu>
  )
}
