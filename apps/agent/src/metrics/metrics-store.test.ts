import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { maxVcpuSeries, vmSeriesNames } from '@berth/core/metrics/metric-series'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { downsample } from './downsample.ts'
import { MetricsStore, chooseResolution } from './metrics-store.ts'
import { RollUp } from './roll-up.ts'
import { SeriesFile } from './series-file.ts'

function tempFolder() {
  const path = mkdtempSync(join(tmpdir(), 'berth-metrics-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) }
}

const minuteMs = 60_000
const hourMs = 60 * minuteMs

describe('SeriesFile', () => {
  it('gives back what the ring still holds and holes for the rest', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { maxLength: 40 }), (slots) => {
        using folder = tempFolder()
        const file = new SeriesFile(join(folder.path, 'f'), { intervalMs: 1_000, slots: 20, columns: 2 })
        const ordered = [...slots].sort((a, b) => a - b)
        for (const slot of ordered) file.write(slot, [slot, 2 * slot])
        const last = ordered.at(-1) ?? 0
        const rows = file.read(0, last)
        expect(rows.length).toBe(last + 1)
        rows.forEach((row, slot) => {
          const isKept = ordered.includes(slot) && slot > last - 20
          expect(row === undefined ? undefined : [...row]).toEqual(isKept ? [slot, 2 * slot] : undefined)
        })
        file.close()
      }),
    )
  })
})

describe('RollUp', () => {
  it('finishes a bucket with its min, mean and max when the next begins', () => {
    const rollUp = new RollUp({ columns: 2, intervalMs: 10 })
    expect(rollUp.add(0, [4, Number.NaN])).toBeUndefined()
    expect(rollUp.add(9, [2, 7])).toBeUndefined()
    expect(rollUp.add(10, [1, 1])).toEqual({ slot: 0, row: [2, 3, 4, 7, 7, 7] })
    expect(rollUp.current()).toEqual({ slot: 1, row: [1, 1, 1, 1, 1, 1] })
  })
})

describe('downsample', () => {
  it('merges neighbours, keeps extremes, and leaves holes holes', () => {
    const rows = [Float32Array.of(1), Float32Array.of(5), undefined, undefined, Float32Array.of(2)]
    const answer = downsample({ intervalMs: 10, firstSlot: 7, rows, names: ['x'], hasExtremes: false }, 3)
    expect(answer).toEqual({
      intervalMs: 20,
      timesMs: [70, 90, 110],
      series: { x: { mean: [3, null, 2], min: [1, null, 2], max: [5, null, 2] } },
    })
  })

  it('leaves out series that were never measured', () => {
    const rows = [Float32Array.of(Number.NaN, 1)]
    const window = { intervalMs: 10, firstSlot: 0, rows, names: ['x', 'y'], hasExtremes: false }
    expect(Object.keys(downsample(window, 10).series)).toEqual(['y'])
  })
})

describe('MetricsStore', () => {
  it('keeps a history of three resolutions below 2 MB, whole after a restart', () => {
    using folder = tempFolder()
    vi.useFakeTimers()
    const start = 1_800_000_000_000
    const vcpus = Array.from({ length: maxVcpuSeries }, (_, index) => `vcpu${index}Share`)
    let store = new MetricsStore(folder.path, vmSeriesNames, vcpus)
    for (let i = 0; i < 1_950; i++) {
      vi.setSystemTime(start + i * 2_000)
      store.add(start + i * 2_000, { cpuShare: (i % 10) / 10 }, [0.5])
      if (i !== 1_000) continue
      store.close()
      store = new MetricsStore(folder.path, vmSeriesNames, vcpus)
    }
    const now = Date.now()
    const hour = store.query({ fromMs: now - 20 * minuteMs, toMs: now, maxPoints: 600 })
    expect(hour.resolution).toBe('fine')
    expect(hour.series.cpuShare?.mean.every((value) => value !== null)).toBe(true)
    expect(Object.keys(hour.series)).toEqual(['cpuShare', 'vcpu0Share'])
    const day = store.query({ fromMs: now - 24 * hourMs, toMs: now, maxPoints: 600 })
    expect(day.resolution).toBe('medium')
    const measured = day.series.cpuShare?.max?.filter((value) => value !== null) ?? []
    expect(measured.length).toBeGreaterThan(20)
    for (const value of measured) expect(value).toBeCloseTo(0.9, 5)
    expect(store.query({ fromMs: now - 30 * 24 * hourMs, toMs: now, maxPoints: 600 }).resolution).toBe('coarse')
    store.close()
    vi.useRealTimers()
    const bytes = readdirSync(folder.path).reduce((sum, name) => sum + statSync(join(folder.path, name)).size, 0)
    expect(bytes).toBeLessThan(2_000_000)
  })

  it('chooses the finest resolution that still reaches back', () => {
    const now = 10_000 * hourMs
    const over = (ms: number) => chooseResolution({ fromMs: now - ms }, now)
    expect([over(10 * minuteMs), over(hourMs), over(3 * hourMs), over(24 * hourMs), over(48 * hourMs)]).toEqual([
      'fine',
      'fine',
      'medium',
      'medium',
      'coarse',
    ])
  })
})

it('takes over the history of another host as one without a hole, and gathers the intervals at the seam', async () => {
  using there = tempFolder()
  using here = tempFolder()
  const [names, intervalMs] = [['cpuShare'], 2_000]
  vi.useFakeTimers({ now: 1_800_000_000_000 })
  try {
    const [before, after] = [new MetricsStore(there.path, names), new MetricsStore(here.path, names)]
    const sampleUntil = (store: MetricsStore, endMs: number, share: number): void => {
      for (; Date.now() < endMs; vi.setSystemTime(Date.now() + intervalMs)) store.add(Date.now(), { cpuShare: share })
    }
    const beganMs = Date.now()
    const movedMs = beganMs + hourMs + 100_000
    sampleUntil(before, movedMs, 0.25)
    sampleUntil(after, movedMs + 60_000, 0.75)
    vi.useRealTimers()
    vi.setSystemTime(movedMs + 60_000)
    for (const resolution of ['fine', 'medium', 'coarse'] as const)
      await after.merge(resolution, before.pack(resolution))
    sampleUntil(after, movedMs + 2 * 60_000, 0.75)
    const meansOf = (fromMs: number): (number | null)[] =>
      after.query({ fromMs, toMs: Date.now() - intervalMs, maxPoints: 4_000 }).series['cpuShare']?.mean ?? []
    for (const fromMs of [movedMs - 30 * 60_000, beganMs]) {
      const means = meansOf(fromMs)
      expect(means).not.toContain(null)
      expect([means[0], means.at(-1)]).toEqual([0.25, 0.75])
    }
    await expect(after.merge('fine', Buffer.alloc(9))).rejects.toMatchObject({ code: 'INPUT_INVALID' })
    before.close()
    after.close()
  } finally {
    vi.useRealTimers()
  }
})
