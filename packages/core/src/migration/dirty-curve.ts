/**
 * How many bytes of a machine's memory have changed after a time, as a curve through what was measured. It never falls, and
 * it bends towards the working set: pages that are written again and again count once. Pure.
 */
import type { DirtySample } from './move-forecast.ts'

interface CurvePoint {
  readonly ms: number
  readonly bytes: number
}

export interface DirtyCurve {
  /** Rising by time; the first is (0, 0). */
  readonly points: readonly CurvePoint[]
  readonly limitBytes: number
}

/** Spans within this factor of each other are one point of the curve. */
const sameSpan = 1.25

/** `share`: of what was measured, to see what a sample that is off by so much would mean. */
export function dirtyCurve({ changes, memoryBytes }: DirtySample, share = 1): DirtyCurve {
  const groups: { ms: number[]; bytes: number[] }[] = []
  for (const { spanMs, dirtyBytes } of changes.toSorted((a, b) => a.spanMs - b.spanMs)) {
    const last = groups.at(-1)
    if (last !== undefined && spanMs <= (last.ms[0] ?? 0) * sameSpan) {
      last.ms.push(spanMs)
      last.bytes.push(dirtyBytes)
    } else groups.push({ ms: [spanMs], bytes: [dirtyBytes] })
  }
  let highest = 0
  const points = groups.map(({ ms, bytes }) => {
    highest = Math.max(highest, Math.min(memoryBytes, mean(bytes) * share))
    return { ms: mean(ms), bytes: highest }
  })
  return { points: [{ ms: 0, bytes: 0 }, ...points], limitBytes: memoryBytes }
}

/** Between points a straight line; after the last one the slope of the curve's second half goes on. */
export function dirtyBytesAfter({ points, limitBytes }: DirtyCurve, ms: number): number {
  const next = points.findIndex((point) => point.ms >= ms)
  if (next === 0) return 0
  const [from, to] = [points[next - 1], points[next]]
  if (next > 0 && from !== undefined && to !== undefined) {
    return from.bytes + ((to.bytes - from.bytes) * (ms - from.ms)) / (to.ms - from.ms)
  }
  const last = points.at(-1) ?? { ms: 0, bytes: 0 }
  const half = points.findLast((point) => point.ms <= last.ms / 2)
  if (half === undefined || last.ms === 0) return last.bytes
  const slope = (last.bytes - half.bytes) / (last.ms - half.ms)
  return Math.min(limitBytes, last.bytes + slope * (ms - last.ms))
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
