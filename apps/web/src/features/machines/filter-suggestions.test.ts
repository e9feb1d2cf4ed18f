import { parseVmFilter } from '@berth/core/vm/vm-filter'
import { describe, expect, it } from 'vitest'
import { lastWord, suggestionsFor, withSuggestion } from './filter-suggestions.ts'

const known = { host: ['host-a', 'host-b', 'lab'], image: ['Debian 13', 'Alpine'] }
const inserts = (draft: string) => suggestionsFor(draft, known).map(({ insert }) => insert)

describe('suggestions', () => {
  it('lists all that can be typed, each with an example that can be read', () => {
    const all = suggestionsFor('web ', known)
    expect(all).toHaveLength(11)
    for (const { label } of all) expect(parseVmFilter(label)).toMatchObject({ filter: { terms: [{}] }, problems: [] })
  })

  it('narrows to what the last word begins', () => {
    expect(inserts('web h')).toEqual(['host:'])
    expect(inserts('-i')).toEqual(['-image:', '-ip:'])
    expect(inserts('web')).toEqual([])
    expect(inserts('web-1')).toEqual([])
  })

  it('offers values of the term that was begun, those first that begin alike', () => {
    expect(inserts('host:')).toEqual(['host:host-a', 'host:host-b', 'host:lab'])
    expect(inserts('host:B')).toEqual(['host:host-b', 'host:lab'])
    expect(inserts('-image:deb')).toEqual(['-image:"Debian 13"'])
    expect(inserts('image:"Debian 1')).toEqual(['image:"Debian 13"'])
    expect(inserts('state:run')).toEqual(['state:running'])
    expect(inserts('mem>')).toContain('mem>8G')
    expect(inserts('env:')).toEqual([])
  })

  it('puts the choice in the place of the last word', () => {
    const [host] = suggestionsFor('web image:"a b" ho', known)
    const [value] = suggestionsFor('host:l', known)
    expect(host && withSuggestion('web image:"a b" ho', host)).toBe('web image:"a b" host:')
    expect(value && withSuggestion('host:l', value)).toBe('host:lab ')
    expect(lastWord('web image:"a b')).toBe('image:"a b')
  })
})
