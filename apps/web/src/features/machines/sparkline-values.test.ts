import { expect, it } from 'vitest'
import { bucketCount, bucketMs } from '../../lib/events/live-samples.ts'
import { sparklineValues } from './sparkline-values.ts'

const now = 1_000 * bucketMs + 7

it('places kept and live points, live over kept, and leaves holes', () => {
  const kept = {
    resolution: 'fine' as const,
    intervalMs: bucketMs,
    timesMs: [now - 2 * bucketMs, now - bucketMs, now - bucketCount * 2 * bucketMs],
    series: {
      cpuShare: { mean: [0.1, 0.2, 0.9] },
      networkRxBytesPerSecond: { mean: [100, null, 1] },
      networkTxBytesPerSecond: { mean: [50, null, 1] },
    },
  }
  const live = [{ atMs: 1_000 * bucketMs, samples: 3, cpuShare: 0.5, networkBytesPerSecond: 7 }]
  const { cpu, network } = sparklineValues(kept, live, now)
  expect(cpu).toHaveLength(bucketCount)
  expect(cpu.slice(-4)).toEqual([null, 0.1, 0.2, 0.5])
  expect(network.slice(-4)).toEqual([null, 150, null, 7])
})
