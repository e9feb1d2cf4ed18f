import { describe, expect, it } from 'vitest'
import { guessLayout, layoutIds, strokesOf } from './keyboard-layouts.ts'
import { nameOfCharacter, planPaste } from './paste-plan.ts'

const ascii = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('')

describe('planPaste', () => {
  it.each(layoutIds)('types all of ASCII on %s', (layout) => {
    expect(planPaste(`${ascii}\n\t`, layout).missing).toEqual([])
  })

  it.each([
    ['us', '@', { code: 'Digit2', shift: true, altGr: false, dead: false }],
    ['gb', '@', { code: 'Quote', shift: true, altGr: false, dead: false }],
    ['de', '@', { code: 'KeyQ', shift: false, altGr: true, dead: false }],
    ['de', 'z', { code: 'KeyY', shift: false, altGr: false, dead: false }],
    ['fr', '1', { code: 'Digit1', shift: true, altGr: false, dead: false }],
    ['fr', 'm', { code: 'Semicolon', shift: false, altGr: false, dead: false }],
    ['us', '\\', { code: 'Backslash', shift: false, altGr: false, dead: false }],
    ['gb', '\\', { code: 'IntlBackslash', shift: false, altGr: false, dead: false }],
  ] as const)('on %s presses the right key for %s', (layout, char, stroke) => {
    expect(planPaste(char, layout).strokes).toEqual([stroke])
  })

  it('follows a dead key with a space', () => {
    expect(planPaste('^a', 'de').strokes.map((stroke) => stroke.code)).toEqual(['Backquote', 'Space', 'KeyA'])
  })

  it('names what cannot be typed, once, and types the rest', () => {
    const plan = planPaste('naïve café ☕ é', 'us')
    expect(plan.missing).toEqual(['ï', 'é', '☕'])
    expect([plan.strokes.length, plan.characterCount]).toEqual([10, 10])
  })

  it('makes one Enter of each line end, and takes composed and decomposed accents alike', () => {
    expect(planPaste('a\r\nb\rc\n', 'us').strokes.filter((stroke) => stroke.code === 'Enter')).toHaveLength(3)
    expect(planPaste('e\u0301', 'fr').strokes).toEqual(planPaste('é', 'fr').strokes)
  })

  it('uses each key position once per level', () => {
    for (const layout of layoutIds) {
      const used = [...strokesOf(layout).values()].map((key) => `${key.code} ${key.shift} ${key.altGr}`)
      expect(new Set(used).size).toBe(used.length)
    }
  })
})

describe('words', () => {
  it('names invisible characters by number', () => {
    expect([nameOfCharacter('é'), nameOfCharacter('\u200b'), nameOfCharacter('\u0007')]).toEqual([
      'é',
      'U+200B',
      'U+0007',
    ])
  })

  it.each([
    [['de-AT', 'en'], 'de'],
    [['en-GB'], 'gb'],
    [['nl', 'fr-CA'], 'fr'],
    [[], 'us'],
  ] as const)('guesses a layout from %j', (languages, layout) => {
    expect(guessLayout(languages)).toBe(layout)
  })
})
