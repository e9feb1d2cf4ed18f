/**
 * One direction of one connection through a chaos proxy. It holds what is late, at most `maxHeldBytes`: then it reads no
 * more, and the sender's kernel makes the sender wait, as a full link does.
 */
import type { Socket } from 'node:net'
import type { ChaosWay } from './chaos-settings.ts'

export interface ChaosFlowOptions {
  readonly from: Socket
  readonly to: Socket
  readonly way: ChaosWay
  readonly random: () => number
  readonly maxHeldBytes: number
  /** Bytes that were passed on, and how many are held now. */
  readonly onPassed: (bytes: number) => void
  readonly onHeld: (bytes: number) => void
  readonly onSwallowed: (bytes: number) => void
  /** The byte limit of this way is reached, and it says `reset`. */
  readonly onLimit: () => void
}

/** In the order in which it came: bytes, the sender's end, or its reset. */
type Piece =
  { readonly bytes: Buffer; readonly dueAt: number } | { readonly end: 'fin' | 'reset'; readonly dueAt: number }

/** How finely a rate is kept: a piece of a slow link is what passes in so long. */
const rateSliceMs = 10

export class ChaosFlow {
  readonly #options: ChaosFlowOptions
  readonly #pieces: Piece[] = []
  #way: ChaosWay
  #heldBytes = 0
  #passedBytes = 0
  #nextPassAt = 0
  #isAtLimit = false
  #timer: NodeJS.Timeout | undefined

  constructor(options: ChaosFlowOptions) {
    this.#options = options
    this.#way = options.way
    const { from, to } = options
    from.on('data', (bytes: Buffer) => this.#take(bytes))
    from.on('end', () => this.#push({ end: 'fin', dueAt: this.#dueAt() }))
    from.on('close', (hadError: boolean) => hadError && this.#push({ end: 'reset', dueAt: this.#dueAt() }))
    to.on('drain', () => this.#pump())
    to.on('close', () => this.#drop())
  }

  get way(): ChaosWay {
    return this.#way
  }

  set way(way: ChaosWay) {
    this.#way = way
    this.#isAtLimit = way.limit !== null && this.#passedBytes >= way.limit.bytes
    this.#pump()
  }

  #take(bytes: Buffer): void {
    if (this.#way.flow === 'swallow') return this.#options.onSwallowed(bytes.length)
    this.#heldBytes += bytes.length
    this.#push({ bytes, dueAt: this.#dueAt() })
  }

  #dueAt(): number {
    const { delayMs, jitterMs } = this.#way
    const lateMs = delayMs + (jitterMs > 0 ? jitterMs * this.#options.random() : 0)
    return performance.now() + lateMs
  }

  #push(piece: Piece): void {
    this.#pieces.push(piece)
    this.#pump()
    this.#pace()
  }

  #pump(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#options.to.destroyed) return this.#drop()
    for (;;) {
      const piece = this.#pieces[0]
      if (piece === undefined || this.#way.flow !== 'pass' || this.#isAtLimit) break
      const waitMs = Math.max(piece.dueAt, this.#nextPassAt) - performance.now()
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.#pump(), waitMs)
        break
      }
      if ('end' in piece) {
        this.#finish(piece.end)
        break
      }
      if (this.#options.to.writableNeedDrain) break
      this.#pass(piece.bytes, piece.dueAt)
    }
    this.#pace()
  }

  /** Passes the first piece on, or as much of it as rate and limit allow now. */
  #pass(bytes: Buffer, dueAt: number): void {
    const { bytesPerSecond, limit } = this.#way
    const slice = bytesPerSecond === null ? Infinity : Math.max(1, Math.floor((bytesPerSecond * rateSliceMs) / 1000))
    const untilLimit = limit === null ? Infinity : limit.bytes - this.#passedBytes
    const count = Math.min(bytes.length, slice, untilLimit)
    if (count > 0) {
      this.#options.to.write(bytes.subarray(0, count))
      this.#passedBytes += count
      this.#heldBytes -= count
      this.#options.onPassed(count)
    }
    if (count < bytes.length) this.#pieces[0] = { bytes: bytes.subarray(Math.max(0, count)), dueAt }
    else this.#pieces.shift()
    if (bytesPerSecond !== null) {
      this.#nextPassAt = Math.max(performance.now(), this.#nextPassAt) + (count * 1000) / bytesPerSecond
    }
    if (limit !== null && this.#passedBytes >= limit.bytes) this.#reachLimit(limit.then)
  }

  #reachLimit(then: 'reset' | 'hold'): void {
    this.#isAtLimit = true
    // The bytes before the limit leave first: a reset would take them out of the kernel's buffer.
    if (then === 'reset') this.#options.to.write(Buffer.alloc(0), () => setImmediate(this.#options.onLimit))
  }

  #finish(end: 'fin' | 'reset'): void {
    this.#pieces.length = 0
    if (end === 'fin') this.#options.to.end()
    else this.#options.to.resetAndDestroy()
  }

  /** Reads on while there is room, counting what waits in Node's own buffer for a reader that is slow. */
  #pace(): void {
    const { from, to, maxHeldBytes, onHeld } = this.#options
    const held = this.#heldBytes + to.writableLength
    onHeld(held)
    if (held >= maxHeldBytes) from.pause()
    else if (from.isPaused() && held <= maxHeldBytes / 2) from.resume()
  }

  #drop(): void {
    clearTimeout(this.#timer)
    this.#pieces.length = 0
    this.#heldBytes = 0
  }
}
