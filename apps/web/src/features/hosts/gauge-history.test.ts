import { expect, it } from 'vitest'
import { addPoint, type GaugePoint, pointsOfAnswer, shownMs } from './gauge-history.ts'

const point = (atMs: number): GaugePoint => ({
  atMs,
  cpuShare: 0.5,
  memoryUsedBytes: 1,
  diskBytesPerSecond: 0,
  networkBytesPerSecond: 0,
})

it('keeps a quarter of an hour and takes no point twice', () => {
  const one = addPoint([], point(1000))
  expect(addPoint(one, point(1000))).toBe(one)
  expect(addPoint(one, point(500))).toBe(one)
  expect(addPoint(one, point(1000 + shownMs)).map(({ atMs }) => atMs)).toEqual([1000 + shownMs])
})

it('adds both directions, and keeps a hole a hole', () => {
  const [first, second] = pointsOfAnswer({
    resolution: 'fine',
    intervalMs: 2000,
    timesMs: [0, 2000],
    series: {
      cpuShare: { mean: [0.25, null] },
      diskReadBytesPerSecond: { mean: [1, null] },
      diskWriteBytesPerSecond: { mean: [2, null] },
    },
  })
  expect(first).toEqual({
    atMs: 0,
    cpuShare: 0.25,
    memoryUsedBytes: null,
    diskBytesPerSecond: 3,
    networkBytesPerSecond: null,
  })
  expect(second?.diskBytesPerSecond).toBeNull()
})
