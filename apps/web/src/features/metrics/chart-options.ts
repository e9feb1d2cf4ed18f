/** Options of uPlot for one chart. Data is laid out by `chartData`: time, then per series its mean, lowest and highest. */
import type uPlot from 'uplot'
import { type ChartColors, withAlpha } from './chart-colors.ts'
import { type ChartSpec, type ChartUnit, formatFigure } from './metric-charts.ts'
import { shortestZoomMs, type TimeSpan } from './metric-ranges.ts'
import type { MetricWindow } from './metric-window.ts'

export interface ChartDrawing {
  readonly spec: ChartSpec
  readonly colors: ChartColors
  /** Read at each drawing, so that a live chart moves on without being made anew. */
  readonly domain: { current: TimeSpan }
  readonly onZoom: (span: TimeSpan) => void
  /** Index of the point under the crosshair, or null. */
  readonly onPoint: (index: number | null) => void
}

export const chartHeight = 190
const columnsPerSeries = 3
const syncKey = 'machine-metrics'

export function chartData(spec: ChartSpec, window: MetricWindow): uPlot.AlignedData {
  const holes = window.timesMs.map(() => null)
  const columns = spec.series.flatMap(({ name }) => {
    const column = window.series[name]
    return [[...(column?.mean ?? holes)], [...(column?.min ?? holes)], [...(column?.max ?? holes)]]
  })
  const limit = spec.limit ? [window.timesMs.map(() => spec.limit?.value ?? null)] : []
  return [window.timesMs.map((ms) => ms / 1000), ...columns, ...limit]
}

export function chartOptions(drawing: ChartDrawing, width: number): uPlot.Options {
  const { spec, colors, domain, onZoom, onPoint } = drawing
  const font = `11px ${getComputedStyle(document.body).fontFamily}`
  const line = { stroke: colors.grid, width: 1 }
  return {
    width,
    height: chartHeight,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    series: [
      {},
      ...spec.series.flatMap((series) => seriesOptions(series, spec, colors)),
      ...limitOptions(spec, colors),
    ],
    bands: spec.series.map(({ color }, index) => ({
      series: [index * columnsPerSeries + 3, index * columnsPerSeries + 2],
      fill: withAlpha(colors.lines[color], 0.18),
    })),
    scales: {
      x: { time: true, range: () => [domain.current.fromMs / 1000, domain.current.toMs / 1000] },
      y: { range: (_plot, _low, high) => [0, topOf(spec, high)] },
    },
    axes: [
      {
        stroke: colors.label,
        font,
        grid: { show: false },
        ticks: { ...line, size: 4 },
        size: 26,
        gap: 4,
        space: 80,
        values: (_plot, seconds) => seconds.map((at) => timeLabel(at * 1000, domain.current)),
      },
      {
        stroke: colors.label,
        font,
        grid: line,
        ticks: { show: false },
        size: 68,
        space: 36,
        ...stepsOf(spec.unit),
        values: (_plot, values) => values.map((value) => formatFigure(spec.unit, value)),
      },
    ],
    cursor: {
      sync: { key: syncKey, setSeries: false },
      drag: { x: true, y: false, setScale: false, dist: 6 },
      points: { size: 6 },
      y: false,
    },
    hooks: {
      setCursor: [(plot) => onPoint(plot.cursor.idx ?? null)],
      setSelect: [(plot) => zoomTo(plot, onZoom)],
    },
  }
}

function seriesOptions(series: ChartSpec['series'][number], spec: ChartSpec, colors: ChartColors): uPlot.Series[] {
  const color = colors.lines[series.color]
  const fill = spec.series.length === 1 ? { fill: withAlpha(color, 0.12) } : {}
  const edge: uPlot.Series = { stroke: 'transparent', width: 0, points: { show: false } }
  const dash = series.isDashed ? { dash: [4, 3] } : {}
  return [{ stroke: color, width: 1.5, points: { show: false }, ...fill, ...dash }, edge, edge]
}

function limitOptions(spec: ChartSpec, colors: ChartColors): uPlot.Series[] {
  return spec.limit ? [{ stroke: colors.label, width: 1, dash: [5, 4], points: { show: false } }] : []
}

function topOf(spec: ChartSpec, high: number | null): number {
  const wanted = Math.max(spec.leastTop, (high ?? 0) * 1.12)
  return spec.unit === 'share' ? Math.min(1, wanted) : wanted
}

function zoomTo(plot: uPlot, onZoom: (span: TimeSpan) => void): void {
  const { left, width } = plot.select
  if (width <= 0) return
  const fromMs = Math.round(plot.posToVal(left, 'x') * 1000)
  const toMs = Math.round(plot.posToVal(left + width, 'x') * 1000)
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
  if (toMs - fromMs >= shortestZoomMs) onZoom({ fromMs, toMs })
}

const isBinary = (unit: ChartUnit): boolean => unit === 'bytes' || unit === 'bytesPerSecond'

/** Steps that read as whole per cents: a step of 2.5 would be labelled 3, 5, 8. */
const shareSteps = [0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1]

/** 1, 2, 4 … in bytes: an axis that counts to 1,000,000 has no round figure in MiB. */
const binarySteps = Array.from({ length: 46 }, (_, power) => 2 ** power)

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const clockSeconds = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium', hourCycle: 'h23' })
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })
const dayAndClock = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})

const dayMs = 86_400_000

function timeLabel(atMs: number, { fromMs, toMs }: TimeSpan): string {
  const spanMs = toMs - fromMs
  if (spanMs > 3 * dayMs) return day.format(atMs)
  return spanMs < 5 * 60_000 ? clockSeconds.format(atMs) : clock.format(atMs)
}

/** The moment under the crosshair, as exact as the span allows. */
export function momentLabel(atMs: number, { fromMs, toMs }: TimeSpan): string {
  return toMs - fromMs > dayMs / 2 ? dayAndClock.format(atMs) : clockSeconds.format(atMs)
}

function stepsOf(unit: ChartUnit): { incrs?: number[] } {
  if (isBinary(unit)) return { incrs: binarySteps }
  return unit === 'share' ? { incrs: shareSteps } : {}
}
