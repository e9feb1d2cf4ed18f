import { describe, expect, it } from 'vitest'
import { capAsBits, parseBandwidthCap } from './bandwidth-cap.ts'

describe('the bandwidth cap', () => {
  it.each([
    ['', { kind: 'none' }],
    ['  ', { kind: 'none' }],
    ['1', { kind: 'cap', bytesPerSecond: 1_048_576 }],
    ['2,5', { kind: 'cap', bytesPerSecond: 2_621_440 }],
  ])('reads "%s"', (typed, cap) => {
    expect(parseBandwidthCap(typed)).toEqual(cap)
  })

  it.each(['fast', '0', '0.5', '-3', '1e9', 'Infinity'])('refuses "%s" with what to type', (typed) => {
    expect(parseBandwidthCap(typed)).toMatchObject({ kind: 'wrong', problem: expect.stringMatching(/\.$/) })
  })

  it('is told as links are sold', () => {
    expect(capAsBits(100 * 1024 ** 2)).toBe('839 Mbit/s')
    expect(capAsBits(1_250_000_000)).toBe('10 Gbit/s')
  })
})
