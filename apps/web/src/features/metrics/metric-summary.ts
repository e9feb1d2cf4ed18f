/** A chart in words, for whoever cannot see it. Pure. */
import { type ChartSpec, formatFigure } from './metric-charts.ts'
import type { MetricColumn, MetricWindow } from './metric-window.ts'

export interface SeriesFigures {
  readonly now: number | null
  readonly lowest: number
  readonly mean: number
  readonly highest: number
}

/** Null when nothing was measured in the whole window. */
export function figuresOf(column: MetricColumn | undefined): SeriesFigures | null {
  const measured = (values: readonly (number | null)[] | undefined) => (values ?? []).filter((value) => value !== null)
  const means = measured(column?.mean)
  if (means.length === 0) return null
  const fold = (values: readonly number[], pick: (a: number, b: number) => number): number =>
    values.reduce((a, b) => pick(a, b))
  return {
    now: column?.mean.at(-1) ?? null,
    lowest: fold(column?.min ? measured(column.min) : means, Math.min),
    mean: fold(means, (a, b) => a + b) / means.length,
    highest: fold(column?.max ? measured(column.max) : means, Math.max),
  }
}

export const isEmptyChart = (spec: ChartSpec, window: MetricWindow): boolean =>
  spec.series.every(({ name }) => figuresOf(window.series[name]) === null)

/** "Read: now 3 KiB/s, lowest 0 B/s, mean 12 KiB/s, highest 4 MiB/s." One sentence per series. */
export function describeChart(spec: ChartSpec, window: MetricWindow): string {
  const sentences = spec.series.map(({ name, label }) => {
    const figures = figuresOf(window.series[name])
    if (!figures) return `${label}: nothing measured.`
    const said = (value: number) => formatFigure(spec.unit, value)
    const now = figures.now === null ? '' : `now ${said(figures.now)}, `
    return `${label}: ${now}lowest ${said(figures.lowest)}, mean ${said(figures.mean)}, highest ${said(figures.highest)}.`
  })
  return `${spec.title}. ${sentences.join(' ')}`
}
