import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { quantile, spreadOf, spreadText } from './spread.ts'

describe('spread', () => {
  it('takes quartiles between the nearest values', () => {
    expect(spreadOf([4, 1, 3, 2, 5])).toEqual({ median: 3, low: 2, high: 4, runs: 5 })
    expect(quantile([1, 2], 0.5)).toBe(1.5)
  })

  it('stays between the extremes, and rises with the share', () => {
    const shares = fc.double({ min: 0, max: 1, noNaN: true })
    const numbers = fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 }), { minLength: 1 })
    fc.assert(
      fc.property(numbers, shares, shares, (values, a, b) => {
        const [less, more] = a < b ? [a, b] : [b, a]
        expect(quantile(values, less)).toBeGreaterThanOrEqual(Math.min(...values))
        expect(quantile(values, more)).toBeLessThanOrEqual(Math.max(...values))
        expect(quantile(values, less)).toBeLessThanOrEqual(quantile(values, more))
      }),
    )
  })

  it('refuses to make a number out of nothing', () => {
    expect(() => quantile([], 0.5)).toThrow('nothing was measured')
  })

  it('writes three digits', () => {
    expect(spreadText({ median: 812.34, low: 790, high: 850.1, runs: 7 })).toBe('812 [790–850]')
  })
})
