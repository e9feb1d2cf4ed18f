/** A host's figures as they came in while this page was open, for the small graphs until the agent's history has arrived. */
import type { HostGauges } from '@berth/core/host/host'
import type { MetricsAnswer } from '@berth/core/metrics/metric-series'

export interface GaugePoint {
  atMs: number
  cpuShare: number | null
  memoryUsedBytes: number | null
  diskBytesPerSecond: number | null
  networkBytesPerSecond: number | null
}

export const shownMs = 15 * 60_000

export function pointOfGauges(gauges: HostGauges): GaugePoint {
  return {
    atMs: Date.parse(gauges.at),
    cpuShare: gauges.cpuShare,
    memoryUsedBytes: gauges.memoryUsedBytes,
    diskBytesPerSecond: gauges.diskReadBytesPerSecond + gauges.diskWriteBytesPerSecond,
    networkBytesPerSecond: gauges.networkRxBytesPerSecond + gauges.networkTxBytesPerSecond,
  }
}

export function pointsOfAnswer({ timesMs, series }: MetricsAnswer): GaugePoint[] {
  const at = (name: string, index: number) => series[name]?.mean[index] ?? null
  const sum = (a: number | null, b: number | null) => (a === null && b === null ? null : (a ?? 0) + (b ?? 0))
  return timesMs.map((atMs, index) => ({
    atMs,
    cpuShare: at('cpuShare', index),
    memoryUsedBytes: at('memoryUsedBytes', index),
    diskBytesPerSecond: sum(at('diskReadBytesPerSecond', index), at('diskWriteBytesPerSecond', index)),
    networkBytesPerSecond: sum(at('networkRxBytesPerSecond', index), at('networkTxBytesPerSecond', index)),
  }))
}

/** With one more point at its end, no longer than what is shown. A point that is not newer changes nothing. */
export function addPoint(points: readonly GaugePoint[], point: GaugePoint): readonly GaugePoint[] {
  const last = points.at(-1)
  if (last && point.atMs <= last.atMs) return points
  return [...points.filter(({ atMs }) => atMs > point.atMs - shownMs), point]
}
