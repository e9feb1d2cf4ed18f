import { vmSeriesNames } from '@berth/core/metrics/metric-series'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { figuresAt, shareAt, simLoadOf, workBetween } from './sim-load.ts'

const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const times = fc.integer({ min: Date.UTC(2026, 0), max: Date.UTC(2027, 0) })

it('never works less than nothing or more than it can', () => {
  fc.assert(
    fc.property(seeds, times, (seed, timeMs) => {
      const share = shareAt(simLoadOf(seed), timeMs)
      expect(share).toBeGreaterThanOrEqual(0)
      expect(share).toBeLessThanOrEqual(1)
    }),
  )
})

it('counts what its share adds up to', () => {
  fc.assert(
    fc.property(seeds, times, (seed, fromMs) => {
      const load = simLoadOf(seed)
      const [stepMs, steps] = [50, 2_000]
      const parts = Array.from({ length: steps }, (_, i) => shareAt(load, fromMs + (i + 0.5) * stepMs) * stepMs)
      const added = parts.reduce((sum, part) => sum + part, 0) / 1_000
      expect(workBetween(load, fromMs, fromMs + steps * stepMs)).toBeCloseTo(added, 2)
    }),
    { numRuns: 20 },
  )
})

it('has a figure for each series, and the same ones for the same seed', () => {
  const nowMs = Date.UTC(2026, 5)
  const figures = figuresAt(simLoadOf(7), 2 ** 30, nowMs)
  expect(Object.keys(figures).toSorted()).toEqual([...vmSeriesNames].toSorted())
  expect(figuresAt(simLoadOf(7), 2 ** 30, nowMs)).toEqual(figures)
  expect(figuresAt(simLoadOf(8), 2 ** 30, nowMs)).not.toEqual(figures)
})
