/**
 * One link to one QMP socket: connect, greeting, capabilities, messages, end. It knows no command.
 *
 *   idle ──open──▶ connecting ──capabilities accepted──▶ running ──┐
 *                      │ refused, no greeting in time, bad bytes   │ socket closed, bad bytes, close()
 *                      └──────────────────────▶ closed ◀───────────┘
 *
 * The connection owns the socket and its state; `closed` is final, and a new link needs a new connection. Each transition
 * is reported once, `closed` with its cause. A QMP socket serves one client: for a second one connect works, but the
 * greeting comes only when the first leaves (QEMU 7.2), so a missing greeting is an answer of its own.
 */
import { AppError, toAppError } from '@berth/core/errors/app-error'
import { hypervisor, type HostSocket } from '../hypervisor/hypervisor.ts'
import { LineFramer, parseJsonLine } from './line-framer.ts'
import { parseQmpMessage, type QmpGreeting, type QmpMessage } from './qmp-message.ts'

export type QmpConnectionState = 'idle' | 'connecting' | 'running' | 'closed'

export interface QmpTransition {
  from: QmpConnectionState
  to: QmpConnectionState
  cause?: AppError
}

export interface QmpConnectionOptions {
  socketPath: string
  greetingTimeoutMs: number
  onMessage: (message: QmpMessage) => void
  onTransition: (transition: QmpTransition) => void
}

const handshakeId = 'handshake'

/**
 * What all connections read into. Node would else take 64 kB of fresh memory for each answer, and the collector of that
 * cost more than the answers. Each read is taken apart before the next one can come (see LineFramer).
 */
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024)

export class QmpConnection {
  readonly #options: QmpConnectionOptions
  readonly #framer = new LineFramer()
  #state: QmpConnectionState = 'idle'
  #socket: HostSocket | undefined
  #greeting: QmpGreeting | undefined
  #handshake: { resolve: (greeting: QmpGreeting) => void; reject: (error: AppError) => void } | undefined

  constructor(options: QmpConnectionOptions) {
    this.#options = options
  }

  get state(): QmpConnectionState {
    return this.#state
  }

  /**
   * Connects and negotiates; out-of-band execution is asked for where it is offered.
   * Throws QMP_UNAVAILABLE (no socket, nobody listens, no greeting in time), QMP_PROTOCOL, or OPERATION_CANCELLED.
   */
  async open(signal?: AbortSignal): Promise<QmpGreeting> {
    if (this.#state !== 'idle') throw new TypeError(`a connection is opened once, this one is ${this.#state}`)
    const { socketPath, greetingTimeoutMs } = this.#options
    const handshake = Promise.withResolvers<QmpGreeting>()
    this.#handshake = handshake
    this.#move('connecting')
    const onRead = (bytes: number): boolean => {
      this.#receive(readBuffer.subarray(0, bytes))
      return true
    }
    const socket = hypervisor().connect(socketPath, { buffer: readBuffer, callback: onRead })
    this.#socket = socket
    socket.on('error', (error) => this.#lost(error))
    socket.on('close', () => this.#lost())

    const timer = setTimeout(() => {
      const message = `no QMP greeting within ${greetingTimeoutMs} ms; QEMU is stuck, or another client holds the socket`
      this.close(new AppError('QMP_UNAVAILABLE', message))
    }, greetingTimeoutMs)
    const onAbort = (): void => this.close(new AppError('OPERATION_CANCELLED', 'connecting to QEMU was cancelled'))
    signal?.addEventListener('abort', onAbort, { once: true })
    if (signal?.aborted === true) onAbort()
    try {
      return await handshake.promise
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    }
  }

  /** Sends one message; only while running. */
  send(message: Readonly<Record<string, unknown>>): void {
    if (this.#state === 'running') this.#write(message)
  }

  /** Ends the link for `cause`; what comes later changes nothing. */
  close(cause: AppError): void {
    if (this.#state === 'closed') return
    this.#socket?.destroy()
    this.#handshake?.reject(cause)
    this.#move('closed', cause)
  }

  #write(message: Readonly<Record<string, unknown>>): void {
    this.#socket?.write(`${JSON.stringify(message)}\n`)
  }

  #move(to: QmpConnectionState, cause?: AppError): void {
    const from = this.#state
    this.#state = to
    this.#options.onTransition(cause === undefined ? { from, to } : { from, to, cause })
  }

  #lost(error?: Error): void {
    if (this.#state === 'closed') return
    const wasRunning = this.#state === 'running'
    const reason = error?.message ?? 'QEMU closed it'
    const details = { socketPath: this.#options.socketPath }
    this.close(
      wasRunning
        ? new AppError('QMP_INTERRUPTED', `the connection to QEMU was lost: ${reason}`, { details, cause: error })
        : new AppError('QMP_UNAVAILABLE', `no connection to QEMU: ${reason}`, { details, cause: error }),
    )
  }

  #receive(chunk: Buffer): void {
    try {
      for (const line of this.#framer.push(chunk)) {
        // A listener of an earlier line may have closed the link.
        if (this.state === 'closed') return
        this.#handle(parseQmpMessage(parseJsonLine(line)))
      }
    } catch (error) {
      this.close(toAppError(error))
    }
  }

  #handle(message: QmpMessage): void {
    if (this.#state === 'running') return this.#options.onMessage(message)
    if (message.kind === 'greeting' && this.#greeting === undefined) {
      this.#greeting = message.greeting
      const enable = message.greeting.canRunOob ? ['oob'] : []
      this.#write({ execute: 'qmp_capabilities', arguments: { enable }, id: handshakeId })
      return
    }
    if (message.kind === 'return' && message.id === handshakeId && this.#greeting !== undefined) {
      this.#move('running')
      this.#handshake?.resolve(this.#greeting)
      return
    }
    // QEMU tells its events from when it has read what accepts them, which is before it says so.
    if (message.kind === 'event' && this.#greeting !== undefined) return
    const detail = message.kind === 'error' ? `${message.class}: ${message.desc}` : message.kind
    throw new AppError('QMP_PROTOCOL', `unexpected before the handshake was done: ${detail}`)
  }
}
