import { describe, expect, it } from 'vitest'
import { formatVmFilter, parseVmFilter, toggleToken } from './vm-filter.ts'

describe('the filter box', () => {
  it('splits tokens from free text, wherever they stand', () => {
    expect(parseVmFilter('web state:running 01 host:b')).toEqual({
      text: 'web 01',
      tokens: [
        { key: 'state', value: 'running' },
        { key: 'host', value: 'b' },
      ],
    })
  })

  it('keeps spaces inside quotes', () => {
    expect(parseVmFilter('image:"Debian 13" "two words"')).toEqual({
      text: 'two words',
      tokens: [{ key: 'image', value: 'Debian 13' }],
    })
  })

  it.each(['memory:8', 'state:asleep', 'tag:', '10.0.0.4:80'])('takes %s as text', (source) => {
    expect(parseVmFilter(source)).toEqual({ text: source, tokens: [] })
  })

  it('counts the same token once, and reads keys and states in any case', () => {
    expect(parseVmFilter('STATE:Running state:running').tokens).toEqual([{ key: 'state', value: 'running' }])
  })

  it.each(['', 'web', 'state:running state:paused web', 'image:"Debian 13" tag:prod'])('reads back %j', (source) => {
    expect(formatVmFilter(parseVmFilter(source))).toBe(source)
  })

  it('adds up states, but replaces a host', () => {
    const filter = parseVmFilter('state:running host:a')
    expect(formatVmFilter(toggleToken(filter, { key: 'state', value: 'paused' }))).toBe(
      'state:running host:a state:paused',
    )
    expect(formatVmFilter(toggleToken(filter, { key: 'host', value: 'b' }))).toBe('state:running host:b')
    expect(formatVmFilter(toggleToken(filter, { key: 'state', value: 'running' }))).toBe('host:a')
  })
})
