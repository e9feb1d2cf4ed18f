/**
 * A stretch of a machine's history as the charts hold it: what the host answered, and what came live since. Pure; the query
 * cache owns it, and live samples are written into it there.
 */
import { resolutions, type MetricsAnswer, type VmSample } from '@berth/core/metrics/metric-series'

type Values = readonly (number | null)[]

export interface MetricColumn {
  readonly mean: Values
  readonly min?: Values | undefined
  readonly max?: Values | undefined
}

export interface MetricWindow {
  readonly intervalMs: number
  readonly timesMs: readonly number[]
  readonly series: Readonly<Record<string, MetricColumn>>
  /** How many live samples the newest interval holds; its mean is taken over them. */
  readonly newestSamples: number
}

export interface LiveSample {
  readonly atMs: number
  readonly values: Readonly<Record<string, number>>
}

export const vcpuSeriesName = (index: number): string => `vcpu${index}Share`

export function liveSampleOf(sample: VmSample, atMs: number): LiveSample {
  const vcpus = sample.vcpuShares.map((share, index) => [vcpuSeriesName(index), share] as const)
  return { atMs, values: { ...sample.values, ...Object.fromEntries(vcpus) } }
}

export function windowOf(answer: MetricsAnswer, nowMs: number): MetricWindow {
  const newest = answer.timesMs.at(-1)
  const ageMs = newest === undefined ? 0 : Math.min(answer.intervalMs, Math.max(0, nowMs - newest))
  return {
    intervalMs: answer.intervalMs,
    timesMs: answer.timesMs,
    series: answer.series,
    newestSamples: Math.max(1, Math.round(ageMs / resolutions.fine.intervalMs)),
  }
}

/**
 * The window with one more sample, at most `spanMs` long. A sample of an interval that is there joins its mean; intervals
 * between the newest and the sample become holes, since nobody measured them. An older sample changes nothing.
 */
export function appendSample(window: MetricWindow, sample: LiveSample, spanMs: number): MetricWindow {
  const slot = Math.floor(sample.atMs / window.intervalMs) * window.intervalMs
  const newest = window.timesMs.at(-1)
  if (newest !== undefined && slot < newest) return window
  if (newest === slot) return mergeNewest(window, sample)
  const missed = newest === undefined ? 0 : Math.max(0, Math.min(spanMs, slot - newest) / window.intervalMs - 1)
  const added = Array.from({ length: missed + 1 }, (_, index) => slot - (missed - index) * window.intervalMs)
  const times = [...window.timesMs, ...added]
  const first = times.findIndex((time) => time > slot - spanMs)
  const grow = (values: Values | undefined, value: number | null): Values =>
    [...(values ?? window.timesMs.map(() => null)), ...added.slice(1).map(() => null), value].slice(first)
  const series = mapColumns(window, sample, (column, value) => {
    const mean = grow(column?.mean, value)
    if (!keepsExtremes(window)) return { mean }
    return { mean, min: grow(column?.min ?? column?.mean, value), max: grow(column?.max ?? column?.mean, value) }
  })
  return { ...window, timesMs: times.slice(first), series, newestSamples: 1 }
}

function mergeNewest(window: MetricWindow, sample: LiveSample): MetricWindow {
  const count = window.newestSamples + 1
  const last = window.timesMs.length - 1
  const put = (values: Values | undefined, value: number | null): Values =>
    window.timesMs.map((_, index) => (index === last ? value : (values?.[index] ?? null)))
  const series = mapColumns(window, sample, (column, value) => {
    if (value === null) return column ?? { mean: put(undefined, null) }
    const old = column?.mean[last] ?? null
    if (old === null || !keepsExtremes(window)) {
      const alone = put(column?.mean, value)
      return keepsExtremes(window)
        ? { mean: alone, min: put(column?.min, value), max: put(column?.max, value) }
        : { mean: alone }
    }
    return {
      mean: put(column?.mean, old + (value - old) / count),
      min: put(column?.min, Math.min(column?.min?.[last] ?? old, value)),
      max: put(column?.max, Math.max(column?.max?.[last] ?? old, value)),
    }
  })
  return { ...window, series, newestSamples: count }
}

/** Intervals longer than one sample have a lowest and a highest value beside their mean. */
const keepsExtremes = (window: MetricWindow): boolean => window.intervalMs > resolutions.fine.intervalMs

type ColumnChange = (column: MetricColumn | undefined, value: number | null) => MetricColumn

/** Over every series that is known or comes with the sample; what the sample lacks was not measured. */
function mapColumns(window: MetricWindow, sample: LiveSample, change: ColumnChange): MetricWindow['series'] {
  const names = new Set([...Object.keys(window.series), ...Object.keys(sample.values)])
  return Object.fromEntries([...names].map((name) => [name, change(window.series[name], sample.values[name] ?? null)]))
}
