import { describe, expect, it } from 'vitest'
import { cpuChart, formatFigure, memoryChart, otherCharts } from './metric-charts.ts'
import { parseRange, parseZoom } from './metric-ranges.ts'
import { describeChart, isEmptyChart } from './metric-summary.ts'
import type { MetricWindow } from './metric-window.ts'

const window: MetricWindow = {
  intervalMs: 60_000,
  timesMs: [0, 60_000, 120_000],
  series: { cpuShare: { mean: [0.1, null, 0.3], min: [0, null, 0.2], max: [0.2, null, 0.9] } },
  newestSamples: 1,
}

describe('a chart in words', () => {
  it('says now, lowest, mean and highest', () => {
    expect(describeChart(cpuChart, window)).toBe('CPU. All vCPUs: now 30 %, lowest 0 %, mean 20 %, highest 90 %.')
  })

  it('says what was not measured', () => {
    expect(describeChart(memoryChart(1024), window)).toContain('Used in the guest: nothing measured.')
    expect(isEmptyChart(memoryChart(1024), window)).toBe(true)
    expect(isEmptyChart(cpuChart, window)).toBe(false)
  })

  it('has figures for each unit', () => {
    expect(otherCharts.map(({ unit }) => formatFigure(unit, 0.25))).toEqual(['0 B/s', '0.3/s', '0.25 ms', '0 B/s'])
  })
})

describe('ranges in the address', () => {
  it.each([
    ['1000', '61000', { fromMs: 1_000, toMs: 61_000 }],
    ['1000', '2000', null],
    ['x', '61000', null],
    [null, '61000', null],
    ['61000', '1000', null],
  ])('takes %s to %s as %j', (from, to, zoom) => {
    expect(parseZoom(from, to)).toEqual(zoom)
  })

  it('falls back to the hour', () => {
    expect([parseRange('day'), parseRange('year'), parseRange(null)]).toEqual(['day', 'hour', 'hour'])
  })
})
