import { moveProgressSchema } from '@berth/core/migration/move-progress'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { progressOf, readFigures, shareOf } from './move-figures.ts'
import { firstPass, notePass, passesOf, type PassLog } from './pass-log.ts'

const ram = (change: object) => ({
  ...{ total: 1_000_000, transferred: 0, remaining: 1_000_000, mbps: 80, duplicate: 0, skipped: 0, normal: 0 },
  ...{ 'normal-bytes': 0, 'dirty-pages-rate': 0, 'dirty-sync-count': 1, 'postcopy-requests': 0, 'page-size': 4_096 },
  ...{ 'multifd-bytes': 0, 'pages-per-second': 0, 'precopy-bytes': 0, 'downtime-bytes': 0, 'postcopy-bytes': 0 },
  ...{ 'dirty-sync-missed-zero-copy': 0 },
  ...change,
})
const info = (change: object = {}, more: object = {}) => ({ status: 'active', ram: ram(change), ...more }) as const

const untold = { ladder: { taken: [], next: null }, bandwidthBytesPerSecond: null }

describe('the figures of a move', () => {
  it('are none before QEMU has any', () => {
    expect(shareOf(readFigures({ status: 'setup' }))).toBeNull()
    const moment = { phase: 'memory', elapsedMs: 3.4, downtimeLimitMs: 100, passes: firstPass, ...untold } as const
    expect(moveProgressSchema.parse(progressOf(readFigures({}), moment))).toMatchObject({ passes: [], elapsedMs: 3 })
  })

  it('do not forecast before the first pass is over', () => {
    const first = readFigures(info({ transferred: 250_000, remaining: 750_000 }, { 'expected-downtime': 300 }))
    expect(first).toMatchObject({ dirtyBytesPerSecond: null, expectedDowntimeMs: null, pass: 1 })
    expect(first.throughputBytesPerSecond).toBe(10_000_000)
    expect(shareOf(first)).toBe(0.25)
    const second = readFigures(info({ 'dirty-sync-count': 2, 'dirty-pages-rate': 10 }, { 'expected-downtime': 42 }))
    expect(second).toMatchObject({ dirtyBytesPerSecond: 40_960, expectedDowntimeMs: 42 })
  })

  it('are a progress of the contract, whatever QEMU counts', () => {
    const counts = fc.record({
      ...{ transferred: fc.nat(), remaining: fc.nat(), mbps: fc.float({ noNaN: true, min: -1, max: 1e6 }) },
      ...{ 'dirty-sync-count': fc.nat(300), 'dirty-pages-rate': fc.nat() },
    })
    fc.assert(
      fc.property(counts, fc.nat(100), (change, throttle) => {
        const figures = readFigures(info(change, { 'cpu-throttle-percentage': throttle, 'expected-downtime': 5 }))
        const moment = { phase: 'memory', elapsedMs: 1, downtimeLimitMs: 100, passes: firstPass, ...untold } as const
        expect(moveProgressSchema.safeParse(progressOf(figures, moment)).success).toBe(true)
      }),
    )
  })
})

describe('the log of passes', () => {
  it('gives each pass its bytes and its time', () => {
    let log: PassLog = firstPass
    log = notePass(log, { number: 1, transferredBytes: 90, elapsedMs: 900 })
    log = notePass(log, { number: 2, transferredBytes: 100, elapsedMs: 1_000 })
    log = notePass(log, { number: 4, transferredBytes: 130, elapsedMs: 1_400 })
    expect(passesOf(log, { number: 4, transferredBytes: 131, elapsedMs: 1_500 })).toEqual([
      { number: 1, bytes: 100, ms: 1_000 },
      { number: 2, bytes: 30, ms: 400 },
      { number: 4, bytes: 1, ms: 100 },
    ])
  })

  it('has all bytes in some pass, and never more than 200 of them', () => {
    const looks = fc.array(fc.record({ step: fc.nat(2), bytes: fc.nat(1_000) }), { maxLength: 150 })
    fc.assert(
      fc.property(looks, (steps) => {
        let log: PassLog = firstPass
        let now = { number: 1, transferredBytes: 0, elapsedMs: 0 }
        for (const { step, bytes } of steps) {
          now = { number: now.number + step, transferredBytes: now.transferredBytes + bytes, elapsedMs: 0 }
          log = notePass(log, now)
        }
        const sum = passesOf(log, now).reduce((all, pass) => all + pass.bytes, 0)
        expect(sum).toBe(now.transferredBytes)
      }),
    )
    let many: PassLog = firstPass
    for (let number = 1; number < 500; number++) many = notePass(many, { number, transferredBytes: 0, elapsedMs: 0 })
    expect(passesOf(many, { number: 500, transferredBytes: 0, elapsedMs: 0 })).toHaveLength(200)
  })
})
