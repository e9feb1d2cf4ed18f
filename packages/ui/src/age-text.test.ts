import { describe, expect, it } from 'vitest'
import { ageText } from './age-text.ts'

describe('ageText', () => {
  it.each([
    [0, '0 s'],
    [12_400, '12 s'],
    [3 * 60_000 + 20_000, '3 min'],
    [2 * 3_600_000 + 5 * 60_000, '2 h 5 min'],
    [3 * 3_600_000, '3 h'],
    [4 * 86_400_000 + 3 * 3_600_000, '4 d 3 h'],
    [400 * 86_400_000, '1 y 35 d'],
  ])('%d ms elapsed are %s', (span, text) => {
    expect(ageText(span, 'elapsed')).toBe(text)
  })

  it('knows now, past and future', () => {
    expect(ageText(3000, 'ago')).toBe('just now')
    expect(ageText(60_000, 'ago')).toBe('1 min ago')
    expect(ageText(-60_000, 'ago')).toBe('in 1 min')
  })
})
