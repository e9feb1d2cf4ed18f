import { formatBytes } from '@berth/core/units/bytes'

export { formatBytes }

/** What is shown for a value that nobody measured. */
export const none = '–'

const scales = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const

/** Both in the unit of the total, which is said once: "3.2 of 8 GiB". */
export function formatUsed(usedBytes: number, totalBytes: number): string {
  const scale = Math.min(scales.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, totalBytes)) / 10)))
  const inUnit = (bytes: number) => trim(bytes / 1024 ** scale)
  return `${inUnit(usedBytes)} of ${inUnit(totalBytes)} ${scales[scale] ?? 'B'}`
}

/** "1.4 MiB/s" */
export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`
}

/** Operations and the like: "850/s", "12.4 k/s". */
export function formatPerSecond(perSecond: number): string {
  return `${formatCount(perSecond)}/s`
}

/** "950", "12.4 k", "3.1 M" */
export function formatCount(count: number): string {
  const size = Math.abs(count)
  if (size < 1000) return trim(count)
  if (size < 1e6) return `${trim(count / 1e3)} k`
  return `${trim(count / 1e6)} M`
}

/** A share from 0 to 1: "0.4 %", "12 %"; digits only where they say something. */
export function formatPercent(share: number): string {
  const percent = share * 100
  const digits = percent !== 0 && Math.abs(percent) < 1 ? 1 : 0
  return `${percent.toFixed(digits)} %`
}

/** A span in ms: "90 ms", "1.4 s", "48 s", "2 min 5 s", "3 h 20 min", "4 d 3 h". */
export function formatDuration(spanMs: number): string {
  if (spanMs < 1000) return `${Math.round(spanMs)} ms`
  if (spanMs < 10_000) return `${trim(spanMs / 1000)} s`
  const seconds = Math.round(spanMs / 1000)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return two(seconds, [60, 'min'], [1, 's'])
  if (seconds < 86_400) return two(seconds, [3600, 'h'], [60, 'min'])
  return two(seconds, [86_400, 'd'], [3600, 'h'])
}

type Part = readonly [seconds: number, unit: string]

function two(seconds: number, [bigSeconds, bigUnit]: Part, [smallSeconds, smallUnit]: Part): string {
  const rest = Math.floor((seconds % bigSeconds) / smallSeconds)
  const big = `${Math.floor(seconds / bigSeconds)} ${bigUnit}`
  return rest === 0 ? big : `${big} ${rest} ${smallUnit}`
}

/** At most one digit after the point, none when it is zero or the number is large. */
function trim(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toFixed(1)))
}

/** "1 machine", "10,000 machines" */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatNumber(count)} ${count === 1 ? one : many}`
}

const grouped = new Intl.NumberFormat('en-US')

/** A count with its thousands apart: "10,000". */
export const formatNumber = (count: number): string => grouped.format(count)
