import { describe, expect, it } from 'vitest'
import type { MetricWindow } from '../metrics/metric-window.ts'
import { recentSpanMs, recentValues } from './recent-values.ts'

const times = Array.from({ length: 450 }, (_, index) => index * 2_000)
const window: MetricWindow = {
  intervalMs: 2_000,
  timesMs: times,
  series: {
    cpuShare: { mean: times.map((at) => (at < recentSpanMs / 2 ? null : 0.5)) },
    diskReadBytesPerSecond: { mean: times.map(() => 100) },
    diskWriteBytesPerSecond: { mean: times.map((_, index) => (index === 0 ? null : 20)) },
  },
  newestSamples: 1,
}

describe('recentValues', () => {
  it('covers the whole span, with holes where nothing was measured', () => {
    const values = recentValues(window, 'cpuShare')
    expect([values.length, values[0], values[44], values[45], values.at(-1)]).toEqual([90, null, null, 0.5, 0.5])
  })

  it('draws both directions as one line', () => {
    const values = recentValues(window, 'diskBytes')
    expect([values[0], values[1]]).toEqual([(100 + 4 * 120) / 5, 120])
  })

  it('puts a short history at the right', () => {
    const short = { ...window, timesMs: [0, 2_000], series: { cpuShare: { mean: [0.1, 0.3] } } }
    const values = recentValues(short, 'cpuShare')
    expect([values.at(-1), values.at(-2)]).toEqual([0.2, null])
  })
})
