/**
 * Reads a passed connection as large, whole WebSocket frames, into memory that is used again.
 *
 * Node reads a socket that came from another process 64 kB at a time into fresh memory, and `ws` copies each frame that spans
 * two reads into more of it. In a process as large as the agent the collector of that garbage cost more than all else that
 * bytes from a viewer cost. `onread` is Node's remedy, but for sockets that one makes oneself: so one is made around the handle
 * of the other. Where Node does not have these parts any more the connection is returned as it is; it only costs more.
 *
 * Owner of the slabs. Invariant: a slab is written over only when `slabCount - 1` others were filled after it. What still
 * points into slabs is at most what a console has not written on to its machine (it pauses above 1 MB, and has at most one
 * slab more in its hands) and one frame of 1 MB that `ws` puts together; the ring is larger than that.
 */
import { Socket, type SocketConstructorOpts } from 'node:net'
import { KiB, MiB } from '@berth/core/units/bytes'
import { consoleLimits } from './console-limits.ts'

const slabBytes = 256 * KiB
const leastRoomBytes = 64 * KiB
/** Keys and pointers are copied, so that a viewer who only types needs no ring. */
const copyBelowBytes = 16 * KiB
const slabCount = Math.ceil((consoleLimits.pauseAboveBytes + consoleLimits.maxPayloadBytes + MiB) / slabBytes)

interface Handle {
  reading: boolean
  readStop(): unknown
}

const isHandle = (value: unknown): value is Handle =>
  typeof value === 'object' && value !== null && 'reading' in value && 'readStop' in value

export function withLargeReads(socket: Socket): Socket {
  const handle: unknown = Reflect.get(socket, '_handle')
  if (!isHandle(handle) || socket.readableLength > 0) return socket
  handle.readStop()
  handle.reading = false
  Reflect.set(socket, '_handle', null)
  const frames = new FrameSlabs()
  const onread = {
    buffer: () => frames.room(),
    callback: (bytes: number): boolean => {
      const piece = frames.take(bytes)
      return piece.length === 0 || large.push(piece)
    },
  }
  const options: SocketConstructorOpts = { onread, allowHalfOpen: false }
  Reflect.set(options, 'handle', handle)
  const large = new Socket(options)
  return large
}

export class FrameSlabs {
  readonly #ring: Buffer[] = []
  #next = 0
  #slab: Buffer = Buffer.allocUnsafeSlow(leastRoomBytes)
  /** Of the slab: given out up to the first, filled up to the second. */
  #given = 0
  #filled = 0
  /** Of a frame that is larger than a slab and is given out in pieces: what is still to come. */
  #longLeft = 0

  /** Where the next read goes. */
  room(): Uint8Array {
    if (this.#slab.length - this.#filled < leastRoomBytes) {
      const rest = this.#slab.subarray(this.#given, this.#filled)
      const slab = (this.#ring[this.#next] ??= Buffer.allocUnsafeSlow(slabBytes))
      this.#next = (this.#next + 1) % slabCount
      slab.set(rest)
      this.#slab = slab
      this.#given = 0
      this.#filled = rest.length
    }
    return this.#slab.subarray(this.#filled)
  }

  /** What is whole of all that was read, now that `bytes` more are; empty while nothing is. */
  take(bytes: number): Buffer {
    this.#filled += bytes
    const end = this.#endOfWhole()
    const piece = this.#slab.subarray(this.#given, end)
    if (piece.length >= copyBelowBytes || end < this.#filled) {
      this.#given = end
      return piece
    }
    this.#filled = this.#given
    return Buffer.from(piece)
  }

  #endOfWhole(): number {
    let at = this.#given
    for (;;) {
      const step = Math.min(this.#longLeft, this.#filled - at)
      this.#longLeft -= step
      at += step
      if (this.#longLeft > 0) return at
      const length = frameBytes(this.#slab.subarray(at, this.#filled))
      if (length === undefined) return at
      if (length > slabBytes - leastRoomBytes) this.#longLeft = length
      else if (at + length > this.#filled) return at
      else at += length
    }
  }
}

/** Of the frame that `data` begins with, header and all; undefined while that cannot be told. RFC 6455 §5.2. */
export function frameBytes(data: Buffer): number | undefined {
  if (data.length < 2) return undefined
  const short = data.readUInt8(1) & 0x7f
  const lengthBytes = short < 126 ? 0 : short === 126 ? 2 : 8
  if (data.length < 2 + lengthBytes) return undefined
  const maskBytes = data.readUInt8(1) & 0x80 ? 4 : 0
  const payload = lengthBytes === 0 ? short : lengthBytes === 2 ? data.readUInt16BE(2) : Number(data.readBigUInt64BE(2))
  return 2 + lengthBytes + maskBytes + payload
}
