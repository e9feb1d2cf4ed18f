import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeSerialPast, type SerialPast } from './serial-past.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

/** What a terminal shows after a session with a host whose history is `history`, followed by `live`. */
function session(shown: string, past: SerialPast, { history, live = '' }: { history: string; live?: string }): string {
  const isAnew = past.begin({ bytes: history.length, droppedBytes: 0 }) === 'anew'
  return (isAnew ? '' : shown) + textOf(past.add(bytesOf(history))) + textOf(past.add(bytesOf(live)))
}

describe('what a terminal has shown', () => {
  it('is shown anew by a host that has it all', () => {
    const past = makeSerialPast()
    const shown = session('', past, { history: 'boot ', live: 'one ' })
    expect(session(shown, past, { history: 'boot one two ', live: 'three' })).toBe('boot one two three')
  })

  it('stays when the machine has left its history behind, and each byte comes once', () => {
    const past = makeSerialPast()
    let shown = session('', past, { history: 'boot one ', live: 'two ' })
    shown = session(shown, past, { history: 'three ', live: 'four ' })
    expect(shown).toBe('boot one two three four ')
    shown = session(shown, past, { history: 'three four five ', live: 'six ' })
    expect(shown).toBe('boot one two three four five six ')
    shown = session(shown, past, { history: '', live: 'seven' })
    expect(shown).toBe('boot one two three four five six seven')
  })

  it('is shown anew once the other host has been brought the rest', () => {
    const past = makeSerialPast()
    let shown = session('', past, { history: 'boot ', live: 'one ' })
    shown = session(shown, past, { history: 'two ', live: 'three ' })
    shown = session(shown, past, { history: 'boot one two three four ', live: 'five' })
    expect(shown).toBe('boot one two three four five')
  })

  it('counts what was cut out of a history', () => {
    const past = makeSerialPast()
    expect(past.begin({ bytes: 10, droppedBytes: 90 })).toBe('anew')
    past.add(bytesOf('0123456789'))
    expect(past.begin({ bytes: 15, droppedBytes: 90 })).toBe('anew')
    past.add(bytesOf('012345678901234'))
    expect(past.begin({ bytes: 2, droppedBytes: 0 })).toBe('goesOn')
  })

  it('loses and repeats nothing, however a host’s history is cut into frames and sessions', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 6 }), text, (parts, before) => {
        const past = makeSerialPast()
        let shown = session('', past, { history: before + before + before + parts.join('') })
        const old = shown
        let history = ''
        for (const part of parts) {
          shown = session(shown, past, { history, live: part })
          history += part
        }
        expect(shown).toBe(old + parts.join(''))
      }),
    )
  })
})
