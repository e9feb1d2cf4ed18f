import { resolutions } from '@berth/core/metrics/metric-series'

export const metricRanges = ['hour', 'day', 'month'] as const
export type MetricRange = (typeof metricRanges)[number]

const lengthOf = ({ intervalMs, slots }: { intervalMs: number; slots: number }): number => intervalMs * slots

/** As long as the host keeps each resolution. */
export const rangeSpansMs: Readonly<Record<MetricRange, number>> = {
  hour: lengthOf(resolutions.fine),
  day: lengthOf(resolutions.medium),
  month: lengthOf(resolutions.coarse),
}

export const rangeLabels: Readonly<Record<MetricRange, string>> = {
  hour: 'Hour',
  day: 'Day',
  month: 'Month',
}

export interface TimeSpan {
  readonly fromMs: number
  readonly toMs: number
}

/** Below this nothing is left to see at one sample each two seconds. */
export const shortestZoomMs = 20_000

/** Points per series: each sample of an hour, and about two pixels each for what is longer. */
export const pointsOf = (spanMs: number): number => (spanMs <= rangeSpansMs.hour ? resolutions.fine.slots : 1_440)

/** A span from an address, or null for what is none. */
export function parseZoom(from: string | null, to: string | null): TimeSpan | null {
  const [fromMs, toMs] = [Number(from ?? Number.NaN), Number(to ?? Number.NaN)]
  if (!Number.isSafeInteger(fromMs) || !Number.isSafeInteger(toMs)) return null
  return fromMs >= 0 && toMs - fromMs >= shortestZoomMs ? { fromMs, toMs } : null
}

export function parseRange(text: string | null): MetricRange {
  return metricRanges.find((range) => range === text) ?? 'hour'
}
