import { describe, expect, it } from 'vitest'
import { checkEvent, parseQmpMessage } from './qmp-message.ts'
import { findMismatch, type Shape } from './qmp-shape.ts'

const types: Record<string, Shape> = {
  Disk: {
    members: { name: 'str', 'size?': 'int', kind: 'Kind', 'parent?': 'Disk' },
    tag: 'kind',
    variants: { nbd: 'Nbd' },
  },
  Nbd: { members: { port: 'int' } },
  Kind: { values: ['file', 'nbd'] },
  Either: { oneOf: ['str', 'null'] },
}

describe('findMismatch', () => {
  it.each([
    ['Disk', { name: 'a', kind: 'file' }, undefined],
    ['Disk', { name: 'a', kind: 'file', extra: 1, size: 5 }, undefined],
    ['Disk', { name: 'a', kind: 'a-later-one' }, undefined],
    ['Disk', { name: 'a' }, 'kind: missing'],
    ['Disk', { name: 'a', kind: 'file', size: '5' }, 'size: is not int'],
    ['Disk', { name: 'a', kind: 'nbd' }, 'port: missing'],
    ['Disk', { name: 'a', kind: 'file', parent: { kind: 'file' } }, 'parent.name: missing'],
    ['[Disk]', [{ name: 'a', kind: 'file' }, 7], '[1]: is not an object'],
    ['[str]', {}, ': is not a list'],
    ['Either', null, undefined],
    ['Either', 7, ': is none of str, null'],
    ['empty', {}, undefined],
    ['any', 7, undefined],
  ])('%s against %j', (ref, value, mismatch) => expect(findMismatch(types, ref, value)).toBe(mismatch))
})

describe('parseQmpMessage', () => {
  it('knows the four, and refuses the rest', () => {
    const timestamp = { seconds: 1, microseconds: 2_000 }
    expect(parseQmpMessage({ event: 'STOP', timestamp })).toEqual({
      kind: 'event',
      event: { name: 'STOP', data: {}, timestampMs: 1_002 },
    })
    expect(parseQmpMessage({ return: null, id: 'a' })).toEqual({ kind: 'return', id: 'a', value: null })
    for (const value of [{}, [], null, 'x', { event: 7 }, { error: 'x' }, { return: {}, id: 7 }]) {
      expect(() => parseQmpMessage(value)).toThrow(expect.objectContaining({ code: 'QMP_PROTOCOL' }))
    }
  })
})

describe('checkEvent', () => {
  const event = (name: string, data: unknown): ReturnType<typeof checkEvent> =>
    checkEvent({ name, data, timestampMs: 0 })
  it('tells those in use from others and from malformed ones', () => {
    expect(event('SHUTDOWN', { guest: true, reason: 'a-later-reason' }).kind).toBe('inUse')
    expect(event('RTC_CHANGE', {}).kind).toBe('other')
    expect(event('SHUTDOWN', { guest: 'yes' })).toEqual({ kind: 'malformed', mismatch: 'guest: is not bool' })
  })
})
