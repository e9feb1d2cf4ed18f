/** The last quarter of an hour as points of a small graph. Pure. */
import type { VmSeriesName } from '@berth/core/metrics/metric-series'
import type { MetricWindow } from '../metrics/metric-window.ts'

export const recentSpanMs = 15 * 60_000
const pointCount = 90

/** Reading and writing, or receiving and sending, drawn as one line. */
const sums = {
  diskBytes: ['diskReadBytesPerSecond', 'diskWriteBytesPerSecond'],
  networkBytes: ['networkRxBytesPerSecond', 'networkTxBytesPerSecond'],
} as const satisfies Record<string, readonly VmSeriesName[]>

export type RecentLine = VmSeriesName | keyof typeof sums

/** Means over equal parts of the span, oldest first; null where nothing was measured. Always as long as the span. */
export function recentValues(window: MetricWindow, line: RecentLine): (number | null)[] {
  const names: readonly VmSeriesName[] = line === 'diskBytes' || line === 'networkBytes' ? sums[line] : [line]
  const end = (window.timesMs.at(-1) ?? 0) + window.intervalMs
  const partMs = recentSpanMs / pointCount
  const parts = Array.from({ length: pointCount }, () => ({ sum: 0, count: 0 }))
  window.timesMs.forEach((atMs, index) => {
    const part = parts[Math.floor((atMs - (end - recentSpanMs)) / partMs)]
    const value = sumAt(window, names, index)
    if (!part || value === null) return
    part.sum += value
    part.count++
  })
  return parts.map(({ sum, count }) => (count === 0 ? null : sum / count))
}

function sumAt(window: MetricWindow, names: readonly VmSeriesName[], index: number): number | null {
  const values = names.map((name) => window.series[name]?.mean[index] ?? null).filter((value) => value !== null)
  return values.length === 0 ? null : values.reduce((a, b) => a + b, 0)
}
