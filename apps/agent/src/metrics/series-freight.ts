/**
 * The rows of a series as bytes, for another host: the number of columns, then of each row that there is its slot (float64)
 * and its values (float32), oldest first, all little-endian.
 */
import { setImmediate as breathe } from 'node:timers/promises'
import { AppError } from '@berth/core/errors/app-error'
import type { Series } from '../hypervisor/hypervisor.ts'

const headBytes = 4
const slotBytes = 8
/** A month of figures is 8,640 writes: other machines' samples come in between. */
const rowsAtOnce = 500

const rowBytesOf = (columns: number): number => slotBytes + 4 * columns

/** Empty of a series that the other host works out by itself. */
export function packSeries(series: Series): Buffer {
  const { slots, columns } = series.shape
  const head = Buffer.alloc(headBytes)
  head.writeUInt32LE(columns)
  if (!series.isKept) return head
  const last = series.slotOf(Date.now())
  const first = Math.max(0, last - slots + 1)
  const rows = series.read(first, last).flatMap((row, index) => (row === undefined ? [] : [rowOf(first + index, row)]))
  return Buffer.concat([head, ...rows])
}

/** Fills holes only. Answers with the last slot that came; undefined for none. Throws INPUT_INVALID. */
export async function mergeSeries(series: Series, packed: Buffer): Promise<number | undefined> {
  const { slots, columns } = series.shape
  const rowBytes = rowBytesOf(columns)
  const isWhole = packed.length >= headBytes && (packed.length - headBytes) % rowBytes === 0
  if (!isWhole || packed.readUInt32LE(0) !== columns)
    throw new AppError('INPUT_INVALID', `These are no figures of ${columns} columns.`)
  const last = series.slotOf(Date.now())
  let lastSlot: number | undefined
  for (let at = headBytes, count = 1; at < packed.length; at += rowBytes, count++) {
    const slot = packed.readDoubleLE(at)
    // Older than the ring, or of a clock that is ahead: it would lie in a newer one's place.
    if (!Number.isSafeInteger(slot) || slot <= last - slots || slot > last) continue
    if (series.read(slot, slot)[0] === undefined) series.write(slot, valuesAt(packed, { at, columns }))
    lastSlot = slot
    if (count % rowsAtOnce === 0) await breathe()
  }
  return lastSlot
}

function rowOf(slot: number, values: Float32Array): Buffer {
  const row = Buffer.alloc(rowBytesOf(values.length))
  row.writeDoubleLE(slot, 0)
  values.forEach((value, column) => row.writeFloatLE(value, slotBytes + 4 * column))
  return row
}

const valuesAt = (packed: Buffer, { at, columns }: { at: number; columns: number }): number[] =>
  Array.from({ length: columns }, (_, column) => packed.readFloatLE(at + slotBytes + 4 * column))
