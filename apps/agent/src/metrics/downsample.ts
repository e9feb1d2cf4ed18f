/** Turns rows of a ring into the columns of an answer, merging neighbours until there are few enough points. Pure. */
import type { MetricsAnswer } from '@berth/core/metrics/metric-series'

export interface SeriesWindow {
  intervalMs: number
  firstSlot: number
  /** One per slot; undefined where nobody measured. */
  rows: (Float32Array | undefined)[]
  names: readonly string[]
  /** Whether a row holds min, mean, max per name, or one value. */
  hasExtremes: boolean
}

type Values = (number | null)[]

export function downsample(window: SeriesWindow, maxPoints: number): Omit<MetricsAnswer, 'resolution'> {
  const merge = Math.max(1, Math.ceil(window.rows.length / maxPoints))
  const groups = Math.ceil(window.rows.length / merge)
  const timesMs = Array.from({ length: groups }, (_, group) => (window.firstSlot + group * merge) * window.intervalMs)
  const series: MetricsAnswer['series'] = {}
  const keepsExtremes = window.hasExtremes || merge > 1
  window.names.forEach((name, index) => {
    const made = columnOf(window, { index, merge, groups })
    if (made.mean.every((value) => value === null)) return
    series[name] = keepsExtremes ? made : { mean: made.mean }
  })
  return { intervalMs: window.intervalMs * merge, timesMs, series }
}

interface Extremes {
  mean: Values
  min: Values
  max: Values
}

interface Column {
  index: number
  merge: number
  groups: number
}

function columnOf(window: SeriesWindow, column: Column): Extremes {
  const made: Extremes = { mean: [], min: [], max: [] }
  for (let group = 0; group < column.groups; group++) {
    const rows = window.rows.slice(group * column.merge, (group + 1) * column.merge)
    const points = rows
      .map((row) => pointOf(row, column.index, window.hasExtremes))
      .filter((point) => point !== undefined)
    made.mean.push(points.length === 0 ? null : points.reduce((sum, point) => sum + point.mean, 0) / points.length)
    made.min.push(points.length === 0 ? null : Math.min(...points.map((point) => point.min)))
    made.max.push(points.length === 0 ? null : Math.max(...points.map((point) => point.max)))
  }
  return made
}

interface Point {
  min: number
  mean: number
  max: number
}

function pointOf(row: Float32Array | undefined, index: number, hasExtremes: boolean): Point | undefined {
  const at = hasExtremes ? 3 * index : index
  const min = row?.[at]
  if (min === undefined || Number.isNaN(min)) return undefined
  return hasExtremes ? { min, mean: row?.[at + 1] ?? min, max: row?.[at + 2] ?? min } : { min, mean: min, max: min }
}
