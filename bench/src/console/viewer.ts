/** One browser-like viewer of a console: a WebSocket that counts what it gets. Lives in the load generator's process. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { maskedFrame, PayloadCounter } from './ws-frames.ts'

const readBytes = 256 * 1024

export interface ViewerTarget {
  port: number
  /** "/ws/console/<ticket>", or whatever the peer serves. */
  path: string
}

export class Viewer {
  readonly #socket: Socket
  readonly #counter = new PayloadCounter()
  #isOpen = false
  #head = ''
  #opened = Promise.withResolvers<void>()
  #awaited: { bytes: number; done: () => void; fail: (error: Error) => void } | undefined

  constructor({ port, path }: ViewerTarget) {
    // One buffer for all reads: the generator must not be slower than the servers because of its garbage collector.
    const buffer = Buffer.allocUnsafeSlow(readBytes)
    this.#socket = connect({
      ...{ port, host: '127.0.0.1', noDelay: true },
      onread: { buffer, callback: (length) => this.#take(buffer.subarray(0, length)) },
    })
    this.#socket.on('error', (error) => this.#fail(error))
    this.#socket.on('close', () => this.#fail(new Error('the console was closed')))
    const key = randomBytes(16).toString('base64')
    const lines = [`GET ${path} HTTP/1.1`, `Host: 127.0.0.1:${port}`, 'Connection: Upgrade', 'Upgrade: websocket']
    const sec = [`Sec-WebSocket-Key: ${key}`, 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Protocol: binary']
    this.#socket.write([...lines, ...sec, '', ''].join('\r\n'))
  }

  /** Resolves when the server switched to WebSocket. */
  get opened(): Promise<void> {
    return this.#opened.promise
  }

  send(payload: Buffer): void {
    this.#socket.write(maskedFrame(payload))
  }

  /** Sends a frame that was made before, and waits while the other side does not take it. */
  async sendFrame(frame: Buffer): Promise<void> {
    if (!this.#socket.write(frame)) await once(this.#socket, 'drain')
  }

  sendFrameNow(frame: Buffer): void {
    this.#socket.write(frame)
  }

  /** Resolves when so many bytes of payload have come since the call. */
  receive(bytes: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#awaited = { bytes, done: resolve, fail: reject }
    return promise
  }

  /** Reads nothing any more, as a tab in the background of a laptop that sleeps. */
  stall(): void {
    this.#socket.pause()
  }

  close(): void {
    this.#awaited = undefined
    this.#socket.destroy()
  }

  #take(data: Buffer): boolean {
    const payload = this.#isOpen ? data : this.#readHandshake(data)
    if (payload.length > 0) this.#add(this.#counter.count(payload))
    return true
  }

  #add(bytes: number): void {
    const awaited = this.#awaited
    if (awaited === undefined) return
    awaited.bytes -= bytes
    if (awaited.bytes > 0) return
    this.#awaited = undefined
    awaited.done()
  }

  /** What came behind the handshake. */
  #readHandshake(data: Buffer): Buffer {
    this.#head += data.toString('latin1')
    const end = this.#head.indexOf('\r\n\r\n')
    if (end < 0) return Buffer.alloc(0)
    if (!this.#head.startsWith('HTTP/1.1 101')) {
      this.#fail(new Error(`the console was refused: ${this.#head.slice(0, 300)}`))
      return Buffer.alloc(0)
    }
    this.#isOpen = true
    this.#opened.resolve()
    return Buffer.from(this.#head.slice(end + 4), 'latin1')
  }

  #fail(error: Error): void {
    this.#opened.reject(error)
    this.#awaited?.fail(error)
    this.#awaited = undefined
  }
}
