/** Joins what the agent has kept with what this tab has seen since, into the points of a 15-minute sparkline. Pure. */
import type { MetricsAnswer } from '@berth/core/metrics/metric-series'
import { bucketCount, bucketMs, type LiveBucket } from '../../lib/events/live-samples.ts'

export interface SparklineValues {
  /** 0 to 1 over all vCPUs; null where nobody measured. Oldest first, one per 15 s. */
  cpu: readonly (number | null)[]
  /** Received and sent together, bytes per second. */
  network: readonly (number | null)[]
}

export function sparklineValues(
  kept: MetricsAnswer | undefined,
  live: readonly LiveBucket[],
  nowMs: number,
): SparklineValues {
  const first = (Math.floor(nowMs / bucketMs) - bucketCount + 1) * bucketMs
  const cpu: (number | null)[] = Array.from({ length: bucketCount }, () => null)
  const network: (number | null)[] = [...cpu]
  const slotOf = (atMs: number) => Math.floor((atMs - first) / bucketMs)
  kept?.timesMs.forEach((atMs, index) => {
    const slot = slotOf(atMs)
    if (slot < 0 || slot >= bucketCount) return
    cpu[slot] = kept.series['cpuShare']?.mean[index] ?? cpu[slot] ?? null
    network[slot] = sum(
      valueAt(kept, 'networkRxBytesPerSecond', index),
      valueAt(kept, 'networkTxBytesPerSecond', index),
    )
  })
  for (const bucket of live) {
    const slot = slotOf(bucket.atMs)
    if (slot < 0 || slot >= bucketCount) continue
    cpu[slot] = bucket.cpuShare
    network[slot] = bucket.networkBytesPerSecond
  }
  return { cpu, network }
}

const valueAt = (kept: MetricsAnswer, name: string, index: number): number | null =>
  kept.series[name]?.mean[index] ?? null

const sum = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : a + b)
