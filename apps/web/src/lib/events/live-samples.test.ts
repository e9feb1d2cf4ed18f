import { expect, it } from 'vitest'
import { addSample, bucketCount, bucketMs, type LiveBucket } from './live-samples.ts'

const sample = (cpuShare: number) => ({
  values: { cpuShare, networkRxBytesPerSecond: 10, networkTxBytesPerSecond: 5 },
  vcpuShares: [],
})

it('means what falls into one bucket, and forgets what is older than the window', () => {
  let history: readonly LiveBucket[] = []
  history = addSample(history, sample(0.2), 0)
  history = addSample(history, sample(0.4), bucketMs - 1)
  expect(history).toEqual([{ atMs: 0, samples: 2, cpuShare: expect.closeTo(0.3), networkBytesPerSecond: 15 }])
  history = addSample(history, sample(1), bucketMs)
  expect(addSample(history, sample(9), 0)).toBe(history)
  history = addSample(history, sample(0), bucketMs * bucketCount)
  expect(history.map(({ atMs }) => atMs)).toEqual([bucketMs, bucketMs * bucketCount])
})
