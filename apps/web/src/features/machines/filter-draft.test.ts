import { formatVmFilter, parseVmFilter } from '@berth/core/vm/vm-filter'
import { describe, expect, it } from 'vitest'
import { draftOf, readDraft, toggleTerm } from './filter-draft.ts'

const chips = parseVmFilter('state:running').filter.terms
const read = (draft: string, isFinished = false) => {
  const { filter, problems, draft: rest } = readDraft(draft, chips, isFinished)
  return [formatVmFilter(filter), rest, problems.length]
}

describe('the draft in the filter box', () => {
  it('filters by text while it is typed, and keeps it', () => {
    expect(read('web')).toEqual(['state:running web', 'web', 0])
    expect(read('web ')).toEqual(['state:running web', 'web ', 0])
  })

  it('makes a chip of a term with the space or the Enter after it, not before', () => {
    expect(read('web mem>8G')).toEqual(['state:running web', 'web mem>8G', 0])
    expect(read('web mem>8G ')).toEqual(['state:running mem>8G web', 'web ', 0])
    expect(read('mem>8G', true)).toEqual(['state:running mem>8G', '', 0])
    expect(read('image:"Debian ')).toEqual(['state:running', 'image:"Debian ', 0])
    expect(read('image:"Debian 13" ')).toEqual(['state:running image:"Debian 13"', '', 0])
  })

  it('says nothing against a term that is being typed, and never loses one that cannot be read', () => {
    expect(read('mem>8')).toEqual(['state:running', 'mem>8', 0])
    expect(read('web mem>8 ')).toEqual(['state:running web', 'web mem>8 ', 1])
    expect(read('mem>8 tag:a', true)).toEqual(['state:running tag:a', 'mem>8', 1])
  })

  it('shows text in quotes where it would be read as a term', () => {
    expect(draftOf(parseVmFilter('"state:running" two'))).toBe('"state:running" two')
  })

  it('turns terms on and off', () => {
    const [term] = parseVmFilter('host:b').filter.terms
    if (!term) throw new Error('no term')
    const both = toggleTerm(chips, term)
    expect(formatVmFilter({ words: [], terms: both })).toBe('state:running host:b')
    expect(toggleTerm(both, term)).toEqual(chips)
  })
})
