/**
 * Takes what a TLS connection receives and hands it to a socket in large writes.
 *
 * Node gives out TLS records one by one, 16 kB each, in a buffer of its own each: a screen of megabytes is then hundreds of
 * system calls and as much garbage, which was four fifths of what a console cost (docs/performance.md). Here records land
 * behind each other in slabs, and all that came in one turn of the event loop goes on as one write. A small record by
 * itself, a key's echo, goes on at once.
 *
 * Owner of the slabs and of the source's pause. Invariants: order is kept, since a slab is left only when what is in it was
 * handed on; bytes are written over only after the sink took them; at most about 1 MB waits for a slow sink; a connection
 * that only echoes keys touches no more of its slab than the first pages.
 */
import type { Duplex } from 'node:stream'
import { KiB, MiB } from '@berth/core/units/bytes'

const slabBytes = 256 * KiB
/** A TLS record's most; there is always room for one, also for those that arrive behind a pause. */
const recordBytes = 16 * KiB
const atOnceBelowBytes = 8 * KiB
const pauseAboveBytes = 1 * MiB
const resumeBelowBytes = 256 * KiB

interface Slab {
  readonly bytes: Buffer
  /** Handed to the sink up to here. */
  sent: number
  /** Filled up to here; Node holds a view of what follows until its next read. */
  filled: number
  /** Writes out of this slab that the sink has not finished. */
  pending: number
}

export class RecordGatherer {
  readonly #sink: Duplex
  #source: Duplex | undefined
  #slab = makeSlab()
  readonly #free: Slab[] = []
  #isScheduled = false
  /** Sees what comes until it says false: true keeps those bytes from the sink. */
  preview: ((data: Buffer) => boolean) | undefined

  constructor(sink: Duplex) {
    this.#sink = sink
  }

  /** For the source's `connect`. */
  readonly onread = {
    buffer: (): Uint8Array => this.#room(),
    callback: (bytes: number): boolean => this.#take(bytes),
  }

  /** Names the connection that reads by `onread`: it is paused while the sink is slow, and its end ends the sink. */
  join(source: Duplex): void {
    this.#source = source
    source.on('end', () => {
      this.#flush()
      this.#sink.end()
    })
  }

  /** Called by Node after each read, for the next one. */
  #room(): Uint8Array {
    if (isDone(this.#slab)) rewind(this.#slab)
    if (slabBytes - this.#slab.filled < recordBytes) {
      this.#flush()
      this.#slab = this.#free.pop() ?? makeSlab()
    }
    return this.#slab.bytes.subarray(this.#slab.filled)
  }

  #take(bytes: number): boolean {
    const { filled, bytes: memory } = this.#slab
    if (this.preview?.(memory.subarray(filled, filled + bytes)) === true) return true
    this.preview = undefined
    if (bytes < atOnceBelowBytes && !this.#isScheduled) {
      this.#write(Buffer.from(memory.subarray(filled, filled + bytes)))
      return true
    }
    this.#slab.filled += bytes
    if (this.#isScheduled) return true
    this.#isScheduled = true
    // All records that this turn of the loop reads, at most some hundred kB, come before it.
    setImmediate(() => {
      this.#isScheduled = false
      this.#flush()
    })
    return true
  }

  #flush(): void {
    const slab = this.#slab
    if (slab.filled === slab.sent) return
    const part = slab.bytes.subarray(slab.sent, slab.filled)
    slab.sent = slab.filled
    slab.pending++
    this.#write(part, slab)
  }

  #write(part: Buffer, slab?: Slab): void {
    if (this.#sink.writableEnded) return
    this.#sink.write(part, () => this.#written(slab))
    if (this.#sink.writableLength > pauseAboveBytes) this.#source?.pause()
  }

  #written(slab: Slab | undefined): void {
    if (slab !== undefined) slab.pending--
    if (slab !== undefined && slab !== this.#slab && isDone(slab)) {
      rewind(slab)
      this.#free.push(slab)
    }
    const source = this.#source
    if (source?.isPaused() === true && this.#sink.writableLength < resumeBelowBytes) source.resume()
  }
}

const makeSlab = (): Slab => ({ bytes: Buffer.allocUnsafeSlow(slabBytes), sent: 0, filled: 0, pending: 0 })

const isDone = ({ sent, filled, pending }: Slab): boolean => pending === 0 && sent === filled

function rewind(slab: Slab): void {
  slab.sent = 0
  slab.filled = 0
}
