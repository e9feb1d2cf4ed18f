import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { growthExponent } from './growth.ts'

const sizes = [1_000, 3_000, 10_000]

describe('growth', () => {
  it('finds the power by which costs were made', () => {
    const powers = fc.double({ min: -2, max: 3, noNaN: true })
    const factors = fc.double({ min: 0.001, max: 1_000, noNaN: true })
    fc.assert(
      fc.property(powers, factors, (power, factor) => {
        const costs = sizes.map((size) => ({ size, cost: factor * size ** power }))
        expect(growthExponent(costs)).toBeCloseTo(power, 6)
      }),
    )
  })

  it('stays below 1 for a part that all share', () => {
    expect(growthExponent(sizes.map((size) => ({ size, cost: 200_000_000 + 15_000 * size })))).toBeLessThan(0.5)
  })

  it('refuses one size, and a cost of nothing', () => {
    expect(() =>
      growthExponent([
        { size: 10, cost: 5 },
        { size: 10, cost: 6 },
      ]),
    ).toThrow('two sizes')
    expect(() =>
      growthExponent([
        { size: 10, cost: 0 },
        { size: 20, cost: 6 },
      ]),
    ).toThrow('nothing')
  })
})
