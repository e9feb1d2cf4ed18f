/**
 * The history of one machine (or of the host) in three resolutions. Fixed size: 11 series and 16 vCPUs take 1.8 MB.
 *
 * fine: every sample, as it was; per-vCPU shares only here. medium and coarse: min, mean, max of their interval, written
 * when the interval ends. After a restart the open intervals are gathered again from the fine file.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { resolutions, type MetricsAnswer, type MetricsQuery, type Resolution } from '@berth/core/metrics/metric-series'
import { hypervisor, type Series } from '../hypervisor/hypervisor.ts'
import { RollUp } from './roll-up.ts'
import { mergeSeries, packSeries } from './series-freight.ts'
import { downsample, type SeriesWindow } from './downsample.ts'

const rolled: readonly Exclude<Resolution, 'fine'>[] = ['medium', 'coarse']

export class MetricsStore {
  readonly #names: readonly string[]
  readonly #fineNames: readonly string[]
  readonly #files: Readonly<Record<Resolution, Series>>
  #rollUps: Readonly<Record<'medium' | 'coarse', RollUp>>

  /** `names` are kept in all resolutions, `fineOnlyNames` in the finest. Their order is the files' column order. */
  constructor(folder: string, names: readonly string[], fineOnlyNames: readonly string[] = []) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    this.#names = names
    this.#fineNames = [...names, ...fineOnlyNames]
    const open = (resolution: Resolution, columns: number): Series =>
      hypervisor().openSeries(join(folder, resolution), { ...resolutions[resolution], columns })
    this.#files = {
      fine: open('fine', this.#fineNames.length),
      medium: open('medium', 3 * names.length),
      coarse: open('coarse', 3 * names.length),
    }
    this.#rollUps = this.#emptyRollUps()
    this.#gatherAgain(Date.now(), this.#files.fine.slotOf(Date.now()))
  }

  /** `values` by name, `fineOnly` in the order of its names; what is absent is stored as not measured. */
  add(timeMs: number, values: Readonly<Record<string, number | undefined>>, fineOnly: readonly number[] = []): void {
    const row = this.#names.map((name) => values[name] ?? Number.NaN)
    row.push(...fineOnly)
    const { fine } = this.#files
    fine.write(fine.slotOf(timeMs), row)
    this.#roll(timeMs, row)
  }

  query(query: MetricsQuery): MetricsAnswer {
    const resolution = chooseResolution(query, Date.now())
    const file = this.#files[resolution]
    const { intervalMs } = file.shape
    const first = file.slotOf(query.fromMs)
    const last = Math.max(first, file.slotOf(query.toMs))
    const window: SeriesWindow = {
      intervalMs,
      firstSlot: first,
      rows: file.read(first, last),
      names: resolution === 'fine' ? this.#fineNames : this.#names,
      hasExtremes: resolution !== 'fine',
    }
    if (resolution !== 'fine') this.#appendOpenBucket(resolution, window)
    return { resolution, ...downsample(window, query.maxPoints) }
  }

  /** What is kept in that resolution, for another host. */
  pack(resolution: Resolution): Buffer {
    return packSeries(this.#files[resolution])
  }

  /**
   * Puts another host's figures where this one has none. The intervals at the seam, which neither has whole, are gathered
   * again from the fine ones, which therefore come first. Throws INPUT_INVALID for what is no such figures.
   */
  async merge(resolution: Resolution, packed: Buffer): Promise<void> {
    const lastSlot = await mergeSeries(this.#files[resolution], packed)
    if (resolution === 'fine' && lastSlot !== undefined) this.#gatherAgain(Date.now(), lastSlot)
  }

  close(): void {
    for (const file of Object.values(this.#files)) file.close()
  }

  #roll(timeMs: number, row: readonly number[]): void {
    for (const resolution of rolled) {
      const finished = this.#rollUps[resolution].add(timeMs, row)
      if (finished !== undefined) this.#files[resolution].write(finished.slot, finished.row)
    }
  }

  /** The interval that is still open is shown too: a graph that ends five minutes ago looks broken. */
  #appendOpenBucket(resolution: 'medium' | 'coarse', window: SeriesWindow): void {
    const open = this.#rollUps[resolution].current()
    const index = open === undefined ? -1 : open.slot - window.firstSlot
    if (open !== undefined && index >= 0 && index < window.rows.length) window.rows[index] = Float32Array.from(open.row)
  }

  #emptyRollUps(): Readonly<Record<'medium' | 'coarse', RollUp>> {
    const gather = (resolution: 'medium' | 'coarse'): RollUp =>
      new RollUp({ columns: this.#names.length, intervalMs: resolutions[resolution].intervalMs })
    return { medium: gather('medium'), coarse: gather('coarse') }
  }

  /** From the coarse interval on to which the fine `slot` belongs. */
  #gatherAgain(nowMs: number, slot: number): void {
    const { fine } = this.#files
    const slotMs = slot * resolutions.fine.intervalMs
    const since = Math.floor(slotMs / resolutions.coarse.intervalMs) * resolutions.coarse.intervalMs
    this.#rollUps = this.#emptyRollUps()
    const first = fine.slotOf(since)
    fine.read(first, fine.slotOf(nowMs)).forEach((row, index) => {
      if (row !== undefined) this.#roll((first + index) * resolutions.fine.intervalMs, Array.from(row))
    })
  }
}

/** The finest resolution that reaches back to the query's beginning. */
export function chooseResolution(query: Pick<MetricsQuery, 'fromMs'>, nowMs: number): Resolution {
  const reachesBack = (resolution: Resolution): boolean => {
    const { intervalMs, slots } = resolutions[resolution]
    return query.fromMs >= nowMs - intervalMs * (slots + 1)
  }
  if (reachesBack('fine')) return 'fine'
  return reachesBack('medium') ? 'medium' : 'coarse'
}
