import type { MovePhase, MoveProgress } from '@berth/core/migration/move-progress'
import { describe, expect, it } from 'vitest'
import { passBars, passesText, passRow } from './pass-bars.ts'

const MiB = 1024 ** 2
const progress = (phase: MovePhase, change: Partial<MoveProgress> = {}): MoveProgress => ({
  at: '2026-11-23T04:00:00.000Z',
  phase,
  elapsedMs: 2000,
  totalBytes: 512 * MiB,
  transferredBytes: 520 * MiB,
  remainingBytes: 6 * MiB,
  throughputBytesPerSecond: 100 * MiB,
  dirtyBytesPerSecond: 20 * MiB,
  expectedDowntimeMs: 60,
  downtimeLimitMs: 100,
  throttlePercent: 0,
  passes: [
    { number: 1, bytes: 512 * MiB, ms: 5000 },
    { number: 2, bytes: 8 * MiB, ms: 80 },
  ],
  ...change,
})

describe('the bars of passes', () => {
  it('show what is left of the one that goes on, and what fits in the pause', () => {
    const { bars, fitsInPauseBytes } = passBars({ progress: progress('memory'), report: null })
    expect(bars.map(({ kind, expectedBytes }) => [kind, expectedBytes / MiB])).toEqual([
      ['done', 512],
      ['current', 14],
    ])
    expect(fitsInPauseBytes).toBe(10 * MiB)
  })

  it('mark the last one once the machine stands still', () => {
    expect(passBars({ progress: progress('switch-over'), report: null }).bars.map(({ kind }) => kind)).toEqual([
      'done',
      'pause',
    ])
    const report = { totalMs: 1, downtimeMs: 1, pauseMs: 1, transferredBytes: 1, passes: progress('memory').passes }
    const lost = { ...report, passes: [] }
    expect(passBars({ progress: progress('hand-over'), report: lost }).bars).toHaveLength(2)
    expect(passBars({ progress: null, report }).bars.map(({ kind }) => kind)).toEqual(['done', 'pause'])
  })

  it('keep the newest where there are too many, and say how many are not shown', () => {
    const passes = Array.from({ length: 90 }, (_none, index) => ({ number: index + 1, bytes: MiB, ms: 10 }))
    const { bars, hiddenCount } = passBars({ progress: progress('memory', { passes }), report: null })
    expect([bars[0]?.number, bars.at(-1)?.number, hiddenCount]).toEqual([51, 90, 50])
  })

  it('draw no line for a rate that nobody has measured', () => {
    expect(passBars({ progress: null, report: null })).toEqual({ bars: [], hiddenCount: 0, fitsInPauseBytes: null })
    expect(
      passBars({ progress: progress('memory', { throughputBytesPerSecond: 0 }), report: null }).fitsInPauseBytes,
    ).toBeNull()
  })
})

describe('passes in words', () => {
  it('tell how they got smaller', () => {
    const { passes } = progress('memory')
    expect(passesText(passes)).toBe('2 passes: 512 MiB in pass 1, 8 MiB in pass 2')
    expect(passesText(passes.slice(0, 1))).toBe('Pass 1: 512 MiB so far')
    expect(passesText([])).toBe('No pass has begun yet')
  })

  it('have no rate where no time has passed', () => {
    expect(passRow({ number: 3, bytes: 8 * MiB, ms: 80 })).toMatchObject({ time: '80 ms', rate: '100 MiB/s' })
    expect(passRow({ number: 3, bytes: 0, ms: 0 }).rate).toBe('–')
  })
})
