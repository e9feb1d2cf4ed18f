import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { passScale } from './pass-scale.ts'

const MiB = 1024 ** 2

describe('the scale of passes', () => {
  it('has a line for each factor of 16, around all that it shows', () => {
    expect(passScale([512 * MiB, 3 * MiB, 200 * 1024]).ticks.map(({ text }) => text)).toEqual([
      '4 KiB',
      '64 KiB',
      '1 MiB',
      '16 MiB',
      '256 MiB',
      '4 GiB',
    ])
  })

  it('has lines before anything was sent', () => {
    expect(passScale([]).ticks.length).toBeGreaterThan(2)
    expect(passScale([0]).shareOf(0)).toBe(0)
  })

  it('makes equal steps of equal factors', () => {
    const { shareOf } = passScale([1024 * MiB, MiB])
    expect(shareOf(256 * MiB) - shareOf(64 * MiB)).toBeCloseTo(shareOf(16 * MiB) - shareOf(4 * MiB))
  })

  it('never draws outside, and more bytes never lower', () => {
    const size = fc.integer({ min: 0, max: 2 ** 44 })
    fc.assert(
      fc.property(fc.array(size, { minLength: 1, maxLength: 20 }), (sizes) => {
        const { shareOf } = passScale(sizes)
        const shares = sizes.toSorted((a, b) => a - b).map(shareOf)
        expect(shares.every((share, index) => share >= (shares[index - 1] ?? 0) && share <= 1)).toBe(true)
      }),
    )
  })
})
