/**
 * The history of a simulated machine: worked out when it is asked for, because what the machine did is a function of time
 * (sim-load.ts). Ten thousand machines would else take 18 GB of files and 30,000 open ones.
 */
import { vmSeriesNames } from '@berth/core/metrics/metric-series'
import type { Series } from '../hypervisor/hypervisor.ts'
import type { SeriesShape } from '../metrics/series-file.ts'
import { figuresAt, shareAt, type SimLoad } from './sim-load.ts'

export interface SimPast {
  readonly load: SimLoad
  readonly memoryBytes: number
  readonly vcpus: number
  readonly sinceMs: number
}

/** Of a rolled-up interval: the waves within it are not looked at one by one. */
const spread = 0.25

export class SimSeries implements Series {
  readonly shape: SeriesShape
  readonly isKept = false
  readonly #isRolledUp: boolean
  readonly #past: () => SimPast | undefined
  #isOpening = true

  constructor(shape: SeriesShape, past: () => SimPast | undefined) {
    this.shape = shape
    this.#isRolledUp = shape.columns === 3 * vmSeriesNames.length
    this.#past = past
    setImmediate(() => {
      this.#isOpening = false
    })
  }

  slotOf(timeMs: number): number {
    return Math.floor(timeMs / this.shape.intervalMs)
  }

  write(): void {
    // What is written is what will be worked out.
  }

  read(first: number, last: number): (Float32Array | undefined)[] {
    // MetricsStore gathers its open intervals from what it finds at once: for these nobody asks.
    const past = this.#isOpening ? undefined : this.#past()
    const nowMs = Date.now()
    return Array.from({ length: last - first + 1 }, (_, index) => {
      const timeMs = (first + index) * this.shape.intervalMs
      return past === undefined || timeMs < past.sinceMs || timeMs > nowMs ? undefined : this.#row(past, timeMs)
    })
  }

  close(): void {
    // Nothing is open.
  }

  #row(past: SimPast, timeMs: number): Float32Array {
    const figures = figuresAt(past.load, past.memoryBytes, timeMs)
    const means = vmSeriesNames.map((name) => figures[name] ?? Number.NaN)
    if (this.#isRolledUp)
      return Float32Array.from(means.flatMap((mean) => [mean * (1 - spread), mean, mean * (1 + spread)]))
    const row = new Float32Array(this.shape.columns).fill(Number.NaN)
    row.set(means)
    row.fill(shareAt(past.load, timeMs), means.length, means.length + past.vcpus)
    return row
  }
}
