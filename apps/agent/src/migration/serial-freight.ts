/** Pieces of a serial history as bytes: of each where it begins (float64) and its length (uint32), then itself. Pure. */
import { AppError } from '@berth/core/errors/app-error'
import type { SerialPiece } from '../console/serial-history.ts'

const headBytes = 12

export function packPieces(pieces: readonly SerialPiece[]): Buffer {
  return Buffer.concat(
    pieces.flatMap(({ start, data }) => {
      const head = Buffer.alloc(headBytes)
      head.writeDoubleLE(start, 0)
      head.writeUInt32LE(data.length, 8)
      return [head, data]
    }),
  )
}

/** Throws INPUT_INVALID for what is cut short, or does not grow. */
export function unpackPieces(packed: Buffer): SerialPiece[] {
  const pieces: SerialPiece[] = []
  let end = 0
  for (let at = 0; at < packed.length;) {
    if (at + headBytes > packed.length) throw noHistory()
    const [start, length] = [packed.readDoubleLE(at), packed.readUInt32LE(at + 8)]
    at += headBytes + length
    if (!Number.isSafeInteger(start) || start < end || at > packed.length) throw noHistory()
    pieces.push({ start, data: packed.subarray(at - length, at) })
    end = start + length
  }
  return pieces
}

const noHistory = (): AppError => new AppError('INPUT_INVALID', 'That is no history of a serial port.')
