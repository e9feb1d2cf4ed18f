/**
 * A fixed-size ring of samples in one file: row-major, a row a time slot, found by arithmetic.
 *
 * Row layout: the slot's number since the epoch, plus one, as float64 (the stamp), then one float32 per column. A row whose stamp
 * is not the one of the slot that is asked for is a hole (0: never written), so an agent that was away leaves a gap and nothing needs to be cleared.
 * NaN in a column is "not measured". The file is sparse and never grows; a sample is one write of a few hundred bytes.
 */
import { closeSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'

export interface SeriesShape {
  intervalMs: number
  slots: number
  columns: number
}

const stampBytes = 8

export class SeriesFile {
  readonly shape: SeriesShape
  readonly isKept = true
  readonly #fd: number
  readonly #rowBytes: number
  readonly #row: Buffer

  /** Opens or makes the file. One of another size (other columns) starts anew: figures, not state. */
  constructor(path: string, shape: SeriesShape) {
    this.shape = shape
    this.#rowBytes = stampBytes + 4 * shape.columns
    this.#row = Buffer.alloc(this.#rowBytes)
    this.#fd = openSync(path, 'a+', 0o600)
    closeSync(this.#fd)
    this.#fd = openSync(path, 'r+')
    ftruncateSync(this.#fd, this.#rowBytes * shape.slots)
  }

  slotOf(timeMs: number): number {
    return Math.floor(timeMs / this.shape.intervalMs)
  }

  /** Writes the row of `slot`; `values[i]` belongs to column i, missing ones are NaN. */
  write(slot: number, values: readonly number[]): void {
    this.#row.writeDoubleLE(slot + 1, 0)
    for (let column = 0; column < this.shape.columns; column++) {
      this.#row.writeFloatLE(values[column] ?? Number.NaN, stampBytes + 4 * column)
    }
    writeSync(this.#fd, this.#row, 0, this.#rowBytes, (slot % this.shape.slots) * this.#rowBytes)
  }

  /** The rows from `first` to `last` slot, oldest first; a hole is undefined. At most one round of the ring. */
  read(first: number, last: number): (Float32Array | undefined)[] {
    const from = Math.max(first, last - this.shape.slots + 1)
    const holes = Array.from({ length: from - first }, () => undefined)
    const rows: (Float32Array | undefined)[] = [...holes]
    let slot = from
    while (slot <= last) {
      const index = slot % this.shape.slots
      const count = Math.min(last - slot + 1, this.shape.slots - index)
      this.#readRun({ slot, index, count }, rows)
      slot += count
    }
    return rows
  }

  close(): void {
    closeSync(this.#fd)
  }

  #readRun(run: { slot: number; index: number; count: number }, rows: (Float32Array | undefined)[]): void {
    const buffer = Buffer.alloc(run.count * this.#rowBytes)
    readSync(this.#fd, buffer, 0, buffer.length, run.index * this.#rowBytes)
    for (let i = 0; i < run.count; i++) {
      const at = i * this.#rowBytes
      if (buffer.readDoubleLE(at) !== run.slot + i + 1) {
        rows.push(undefined)
        continue
      }
      const row = new Float32Array(this.shape.columns)
      for (let column = 0; column < row.length; column++) row[column] = buffer.readFloatLE(at + stampBytes + 4 * column)
      rows.push(row)
    }
  }
}
