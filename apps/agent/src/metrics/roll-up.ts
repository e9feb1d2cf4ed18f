/** Gathers samples of a longer interval into min, mean and max per column. Pure arithmetic over one open bucket. */
export class RollUp {
  readonly #columns: number
  readonly #intervalMs: number
  #slot: number | undefined
  #min: Float64Array
  #max: Float64Array
  #sum: Float64Array
  #count: Float64Array

  constructor(options: { columns: number; intervalMs: number }) {
    this.#columns = options.columns
    this.#intervalMs = options.intervalMs
    this.#min = new Float64Array(options.columns)
    this.#max = new Float64Array(options.columns)
    this.#sum = new Float64Array(options.columns)
    this.#count = new Float64Array(options.columns)
    this.#clear()
  }

  /** Adds a sample. When it opens a new bucket, the answer is the finished one: per column min, mean, max in turn. */
  add(timeMs: number, values: readonly number[]): { slot: number; row: number[] } | undefined {
    const slot = Math.floor(timeMs / this.#intervalMs)
    const finished = this.#slot === undefined || this.#slot === slot ? undefined : this.current()
    if (this.#slot !== slot) this.#clear()
    this.#slot = slot
    for (let column = 0; column < this.#columns; column++) this.#addOne(column, values[column] ?? Number.NaN)
    return finished
  }

  /** The open bucket as it stands, or undefined when there is none. */
  current(): { slot: number; row: number[] } | undefined {
    if (this.#slot === undefined) return undefined
    const row: number[] = []
    for (let column = 0; column < this.#columns; column++) {
      const count = this.#count[column] ?? 0
      if (count === 0) row.push(Number.NaN, Number.NaN, Number.NaN)
      else row.push(this.#min[column] ?? 0, (this.#sum[column] ?? 0) / count, this.#max[column] ?? 0)
    }
    return { slot: this.#slot, row }
  }

  #addOne(column: number, value: number): void {
    if (Number.isNaN(value)) return
    this.#min[column] = Math.min(this.#min[column] ?? value, value)
    this.#max[column] = Math.max(this.#max[column] ?? value, value)
    this.#sum[column] = (this.#sum[column] ?? 0) + value
    this.#count[column] = (this.#count[column] ?? 0) + 1
  }

  #clear(): void {
    this.#min.fill(Number.POSITIVE_INFINITY)
    this.#max.fill(Number.NEGATIVE_INFINITY)
    this.#sum.fill(0)
    this.#count.fill(0)
  }
}
