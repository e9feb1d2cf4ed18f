import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MiB } from '../units/bytes.ts'
import { dirtyBytesAfter, dirtyCurve } from './dirty-curve.ts'
import { forecastAdvice } from './forecast-advice.ts'
import { forecastMove } from './forecast-move.ts'
import { moveForecastSchema, moveMeasurementSchema, type MoveMeasurement } from './move-forecast.ts'
import { moveLadders, movePolicySchema } from './move-policy.ts'

const at = '2026-01-01T00:00:00.000Z'
const spans = [60, 180, 420, 900, 1_860, 3_780]

/** A guest that writes so fast over so much, seen without an error. */
function guest(made: {
  memoryBytes?: number
  usedBytes?: number
  bytesPerSecond: number
  workingSetBytes: number
  path: number
}): MoveMeasurement {
  const { memoryBytes = 512 * MiB, usedBytes = 200 * MiB, bytesPerSecond, workingSetBytes, path } = made
  const changes = spans.map((spanMs) => ({
    spanMs,
    dirtyBytes: Math.min(workingSetBytes, (bytesPerSecond * spanMs) / 1_000),
  }))
  return moveMeasurementSchema.parse({
    dirty: { at, memoryBytes, usedBytes, sampledPages: 100_000, pageBytes: 4096, changes },
    path: { at, bytes: path, ms: 1_000, bytesPerSecond: path, roundTripMs: 1 },
  })
}
const noCap = { policy: 'shortest-pause', capBytesPerSecond: null } as const

const guests = fc
  .record({
    memoryBytes: fc.integer({ min: 32, max: 4_096 }).map((size) => size * MiB),
    usedShare: fc.double({ min: 0, max: 1, noNaN: true }),
    bytesPerSecond: fc.double({ min: 0, max: 2_000 * MiB, noNaN: true }),
    hotShare: fc.double({ min: 0, max: 1, noNaN: true }),
    path: fc.double({ min: MiB, max: 2_000 * MiB, noNaN: true }),
  })
  .map(({ memoryBytes, usedShare, bytesPerSecond, hotShare, path }) =>
    guest({
      ...{ memoryBytes, bytesPerSecond, path: Math.round(path) },
      usedBytes: Math.round(memoryBytes * usedShare),
      workingSetBytes: memoryBytes * hotShare,
    }),
  )
const wishes = fc.record({
  policy: fc.constantFrom(...movePolicySchema.options),
  capBytesPerSecond: fc.option(fc.integer({ min: MiB, max: 500 * MiB })),
})

describe('the forecast of a move', () => {
  it('adds the time of disks that travel, by the cap where there is one, and says how much of it they are', () => {
    const idle = guest({ bytesPerSecond: 0, workingSetBytes: 0, path: 100 * MiB })
    const without = forecastMove(idle, noCap)
    const withDisk = forecastMove(idle, { ...noCap, diskBytes: 1_000 * MiB })
    expect(withDisk.diskMs?.likely).toBeCloseTo(10_000)
    expect(withDisk.totalMs.likely - without.totalMs.likely).toBeCloseTo(10_000)
    expect(withDisk.totalMs.high).toBeGreaterThan(without.totalMs.high + 14_000)
    expect(withDisk).toMatchObject({ pauseMs: without.pauseMs, passes: without.passes, diskBytes: 1_000 * MiB })
    expect(without).not.toHaveProperty('diskMs')
    const capped = forecastMove(idle, { ...noCap, capBytesPerSecond: 10 * MiB, diskBytes: 1_000 * MiB })
    expect(capped.diskMs?.likely).toBeCloseTo(100_000)
  })

  it('says of an idle machine the time of its memory on the path, and a short pause', () => {
    const { ends, totalMs, pauseMs, passCount } = forecastMove(
      guest({ bytesPerSecond: 0, workingSetBytes: 0, path: 100 * MiB }),
      noCap,
    )
    expect(ends).toBe('yes')
    expect(totalMs.likely).toBeGreaterThan(1_800)
    expect(totalMs.likely).toBeLessThan(2_500)
    expect(pauseMs.likely).toBeLessThan(150)
    expect(passCount).toBe(2)
  })

  it('sees passes get smaller where the guest writes half as fast as the path carries', () => {
    const { ends, passes } = forecastMove(
      guest({ bytesPerSecond: 16 * MiB, workingSetBytes: 400 * MiB, path: 32 * MiB }),
      noCap,
    )
    expect(ends).toBe('yes')
    expect(passes.length).toBeGreaterThan(3)
    // The last one takes what was left because it fits in the pause anyway.
    const sizes = passes.slice(0, -1).map(({ bytes }) => bytes)
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a))
  })

  it('says that it does not end where the guest writes faster, and what would help', () => {
    const measured = guest({ bytesPerSecond: 60 * MiB, workingSetBytes: 32 * MiB, path: 16 * MiB })
    const forecast = forecastMove(measured, noCap)
    expect(forecast.ends).toBe('no')
    // 32 MiB at 16 MiB/s.
    expect(forecast.pauseMs.likely).toBeGreaterThan(1_900)
    const advice = forecastAdvice(measured, noCap)
    expect(advice.flatMap((each) => (each.kind === 'policy' ? [each.policy] : []))).toContain('pause-if-needed')
    const enough = advice.flatMap((each) => (each.kind === 'bandwidth' ? [each] : []))[0]
    expect(enough?.isWithinPath).toBe(false)
    const path = { ...measured.path, bytesPerSecond: enough?.bytesPerSecond ?? 0 }
    expect(forecastMove({ ...measured, path }, noCap).ends).toBe('yes')
  })

  it('blames the cap where the path carries enough', () => {
    const measured = guest({ bytesPerSecond: 30 * MiB, workingSetBytes: 64 * MiB, path: 400 * MiB })
    const capped = { ...noCap, capBytesPerSecond: 8 * MiB }
    expect(forecastMove(measured, capped).ends).toBe('no')
    expect(forecastAdvice(measured, capped)).toContainEqual(
      expect.objectContaining({ kind: 'bandwidth', isWithinPath: true }),
    )
    expect(forecastMove(measured, noCap).ends).toBe('yes')
    expect(forecastAdvice(measured, noCap)).toEqual([])
  })

  it('calls what is close to the line close', () => {
    const measured = guest({ bytesPerSecond: 100 * MiB, workingSetBytes: 400 * MiB, path: 105 * MiB })
    expect(forecastMove(measured, noCap).ends).toBe('unsure')
  })

  it('is always whole, with its likely figures between the others', () => {
    fc.assert(
      fc.property(guests, wishes, (measured, wish) => {
        const forecast = moveForecastSchema.parse(forecastMove(measured, wish))
        for (const { low, likely, high } of [forecast.totalMs, forecast.pauseMs]) {
          expect(low).toBeLessThanOrEqual(likely)
          expect(likely).toBeLessThanOrEqual(high)
        }
        expect(forecastMove(measured, wish)).toEqual(forecast)
      }),
    )
  })

  it('never foresees a longer pause than the policy may come to', () => {
    fc.assert(
      fc.property(guests, wishes, (measured, wish) => {
        const { ends, pauseMs } = forecastMove(measured, wish)
        const { firstDowntimeLimitMs, rungs } = moveLadders[wish.policy]
        const limits = rungs.flatMap(({ action }) => (action.kind === 'allow' ? [action.downtimeLimitMs] : []))
        if (ends === 'yes') expect(pauseMs.likely).toBeLessThanOrEqual(Math.max(firstDowntimeLimitMs, ...limits) + 100)
      }),
    )
  })

  it('always ends by post-copy', () => {
    fc.assert(
      fc.property(guests, (measured) => {
        expect(forecastMove(measured, { policy: 'post-copy', capBytesPerSecond: null }).ends).toBe('yes')
      }),
    )
  })
})

describe('the curve of what changes', () => {
  it('never falls, never leaves the memory, and goes on as its second half did', () => {
    const changes = fc.array(
      fc.record({
        spanMs: fc.double({ min: 1, max: 10_000, noNaN: true }),
        dirtyBytes: fc.double({ min: 0, max: 200 * MiB, noNaN: true }),
      }),
      { maxLength: 21 },
    )
    fc.assert(
      fc.property(changes, fc.array(fc.double({ min: 0, max: 100_000, noNaN: true })), (seen, times) => {
        const { dirty } = guest({ bytesPerSecond: 0, workingSetBytes: 0, path: MiB, memoryBytes: 100 * MiB })
        const curve = dirtyCurve({ ...dirty, changes: seen })
        const bytes = times.toSorted((a, b) => a - b).map((ms) => dirtyBytesAfter(curve, ms))
        expect(bytes).toEqual(bytes.toSorted((a, b) => a - b))
        for (const each of bytes) expect(each).toBeLessThanOrEqual(100 * MiB)
      }),
    )
  })

  it('is flat beyond a working set, and steep where none was seen', () => {
    const small = dirtyCurve(guest({ bytesPerSecond: 100 * MiB, workingSetBytes: 10 * MiB, path: MiB }).dirty)
    expect(dirtyBytesAfter(small, 60_000)).toBeCloseTo(10 * MiB)
    const wide = dirtyCurve(guest({ bytesPerSecond: 10 * MiB, workingSetBytes: 500 * MiB, path: MiB }).dirty)
    expect(dirtyBytesAfter(wide, 10_000)).toBeCloseTo(100 * MiB, -3)
    expect(dirtyBytesAfter(wide, 120)).toBeCloseTo(1.2 * MiB, -3)
  })
})
