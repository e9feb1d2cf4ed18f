/** The client's end of a simulated machine's socket. The other end is no stream: it hears of bytes and sends some. */
import type { OnReadOpts } from 'node:net'
import { Duplex } from 'node:stream'
import type { HostSocket } from '../hypervisor/hypervisor.ts'

/** What a simulated machine is to a connection. */
export interface SimPeer {
  /** Bytes from the client. */
  hear: (data: Buffer) => void
  /** The client went. */
  left: () => void
}

export class SimSocket extends Duplex implements HostSocket {
  readonly #onread: OnReadOpts | undefined
  #peer: SimPeer | undefined
  #waiting: Buffer[] = []

  constructor(onread?: OnReadOpts) {
    super({ allowHalfOpen: false })
    this.#onread = onread
  }

  /** As the kernel does it, not before the caller has its listeners. */
  open(meet: (socket: SimSocket) => SimPeer | undefined): void {
    setImmediate(() => {
      if (this.destroyed) return
      this.#peer = meet(this)
      if (this.#peer === undefined) return void this.destroy(refused())
      this.emit('connect')
      for (const data of this.#waiting.splice(0)) this.#peer.hear(data)
    })
  }

  /** Bytes of the machine to the client. */
  say(data: Buffer | string): void {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data
    // Never within the call that asked: an answer that comes before its question is sent is no socket's way.
    setImmediate(() => this.#deliver(bytes))
  }

  /** The machine closed its end. */
  hangUp(): void {
    setImmediate(() => this.destroy())
  }

  setNoDelay(): this {
    return this
  }

  /** Nothing here is ever slow to connect. */
  setTimeout(): this {
    return this
  }

  unref(): this {
    return this
  }

  override _read(): void {
    // Whatever is said is pushed: a simulated machine says little.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#peer === undefined) this.#waiting.push(chunk)
    else this.#peer.hear(chunk)
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#peer?.left()
    this.#peer = undefined
    done(error)
  }

  #deliver(bytes: Buffer): void {
    if (this.destroyed) return
    if (this.#onread === undefined) return void this.push(bytes)
    let rest = bytes
    while (rest.length > 0) rest = rest.subarray(fill(this.#onread, rest))
  }
}

/** As many as fit; answers how many that were. */
function fill(onread: OnReadOpts, bytes: Buffer): number {
  const into = typeof onread.buffer === 'function' ? onread.buffer() : onread.buffer
  const count = Math.min(into.length, bytes.length)
  into.set(bytes.subarray(0, count))
  onread.callback(count, into)
  return count
}

function refused(): Error {
  return Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
}
