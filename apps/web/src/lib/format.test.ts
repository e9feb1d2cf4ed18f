import { describe, expect, it } from 'vitest'
import { formatCount, formatDuration, formatPercent, formatRate, formatUsed, plural } from './format.ts'

const MiB = 1024 ** 2
const GiB = 1024 ** 3

describe('format', () => {
  it('says used and total in the unit of the total', () => {
    expect(formatUsed(3.25 * GiB, 8 * GiB)).toBe('3.3 of 8 GiB')
    expect(formatUsed(0, 512 * MiB)).toBe('0 of 512 MiB')
    expect(formatUsed(0, 0)).toBe('0 of 0 B')
  })

  it('formats rates', () => {
    expect(formatRate(1.4 * MiB)).toBe('1.4 MiB/s')
    expect(formatRate(0)).toBe('0 B/s')
    expect(formatRate(0.3)).toBe('0 B/s')
  })

  it.each([
    [0, '0'],
    [950, '950'],
    [12_400, '12.4 k'],
    [3_100_000, '3.1 M'],
  ])('counts %d as %s', (count, text) => {
    expect(formatCount(count)).toBe(text)
  })

  it.each([
    [0, '0 %'],
    [0.004, '0.4 %'],
    [0.123, '12 %'],
    [1, '100 %'],
    [2.5, '250 %'],
  ])('share %d is %s', (share, text) => {
    expect(formatPercent(share)).toBe(text)
  })

  it.each([
    [90, '90 ms'],
    [1400, '1.4 s'],
    [48_200, '48 s'],
    [59_600, '1 min'],
    [125_000, '2 min 5 s'],
    [12_000_000, '3 h 20 min'],
    [4 * 86_400_000 + 3 * 3_600_000, '4 d 3 h'],
  ])('%d ms are %s', (span, text) => {
    expect(formatDuration(span)).toBe(text)
  })

  it('counts things', () => {
    expect([plural(1, 'machine'), plural(0, 'machine'), plural(2, 'proxy', 'proxies')]).toEqual([
      '1 machine',
      '0 machines',
      '2 proxies',
    ])
  })
})
