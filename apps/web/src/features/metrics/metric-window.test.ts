import { describe, expect, it } from 'vitest'
import { appendSample, liveSampleOf, type MetricWindow, windowOf } from './metric-window.ts'

const fine: MetricWindow = {
  intervalMs: 2_000,
  timesMs: [10_000, 12_000],
  series: { cpuShare: { mean: [0.1, 0.2] } },
  newestSamples: 1,
}
const coarse: MetricWindow = {
  intervalMs: 60_000,
  timesMs: [60_000, 120_000],
  series: { cpuShare: { mean: [0.5, 0.4], min: [0.1, 0.4], max: [0.9, 0.4] } },
  newestSamples: 1,
}
const sample = (atMs: number, cpuShare: number) => ({ atMs, values: { cpuShare } })
const hour = 3_600_000

describe('a live window', () => {
  it('grows by one point per sample', () => {
    const grown = appendSample(fine, sample(14_350, 0.3), hour)
    expect(grown.timesMs).toEqual([10_000, 12_000, 14_000])
    expect(grown.series['cpuShare']).toEqual({ mean: [0.1, 0.2, 0.3] })
  })

  it('leaves a hole where nobody measured', () => {
    const grown = appendSample(fine, sample(20_000, 0.3), hour)
    expect(grown.timesMs).toEqual([10_000, 12_000, 14_000, 16_000, 18_000, 20_000])
    expect(grown.series['cpuShare']?.mean).toEqual([0.1, 0.2, null, null, null, 0.3])
  })

  it('forgets what is older than its span', () => {
    expect(appendSample(fine, sample(14_000, 0.3), 4_000).timesMs).toEqual([12_000, 14_000])
    const late = appendSample(fine, sample(900_000, 0.3), 6_000)
    expect(late.timesMs).toEqual([896_000, 898_000, 900_000])
    expect(late.series['cpuShare']?.mean).toEqual([null, null, 0.3])
  })

  it('takes the newest value of a fine interval, and ignores an older one', () => {
    expect(appendSample(fine, sample(12_900, 0.8), hour).series['cpuShare']?.mean).toEqual([0.1, 0.8])
    expect(appendSample(fine, sample(9_000, 0.8), hour)).toBe(fine)
  })

  it('joins lowest, mean and highest of a long interval', () => {
    const joined = appendSample(appendSample(coarse, sample(130_000, 0.8), hour), sample(132_000, 0.3), hour)
    const column = joined.series['cpuShare']
    expect(column?.mean[1]).toBeCloseTo(0.5)
    expect([column?.min, column?.max]).toEqual([
      [0.1, 0.3],
      [0.9, 0.8],
    ])
    expect(appendSample(joined, sample(180_000, 0.6), hour).series['cpuShare']?.min).toEqual([0.1, 0.3, 0.6])
  })

  it('begins series that were not there, and holes in those that end', () => {
    const grown = appendSample(fine, { atMs: 14_000, values: { diskReadLatencyMs: 3 } }, hour)
    expect(grown.series['diskReadLatencyMs']?.mean).toEqual([null, null, 3])
    expect(grown.series['cpuShare']?.mean).toEqual([0.1, 0.2, null])
  })

  it('starts from nothing at all', () => {
    const empty = windowOf({ resolution: 'fine', intervalMs: 2_000, timesMs: [], series: {} }, 0)
    expect(appendSample(empty, sample(4_000, 1), hour)).toMatchObject({
      timesMs: [4_000],
      series: { cpuShare: { mean: [1] } },
    })
  })
})

it('names the vCPUs of a live sample like the history does', () => {
  expect(liveSampleOf({ values: { cpuShare: 0.5 }, vcpuShares: [0.2, 0.8] }, 7)).toEqual({
    atMs: 7,
    values: { cpuShare: 0.5, vcpu0Share: 0.2, vcpu1Share: 0.8 },
  })
})
