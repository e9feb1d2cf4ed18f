/** A command between its call and its answer: the waiter, its timer and its lines in the flight recorder. */
import { AppError } from '@berth/core/errors/app-error'
import type { FlightRecorder } from './flight-recorder.ts'

export interface PendingCommandOptions {
  id: string
  command: string
  args: unknown
  isOob: boolean
  timeoutMs: number
  recorder: FlightRecorder
  /** For what is asked every few seconds: recorded only when it fails, else it would push the rest out of the ring. */
  isRoutine: boolean
  signal: AbortSignal | undefined
  /** Called once, when the caller is answered, whatever the answer. */
  onSettled: (pending: PendingCommand) => void
}

export class PendingCommand {
  readonly id: string
  readonly command: string
  readonly args: unknown
  readonly isOob: boolean
  readonly promise: Promise<unknown>
  /** After it, a missing answer means: it may or may not have taken effect. By the wall clock. */
  sentAtMs: number | undefined
  readonly #options: PendingCommandOptions
  readonly #resolve: (value: unknown) => void
  readonly #reject: (error: AppError) => void
  readonly #startedAtMs = performance.now()
  #isSettled = false
  readonly #timer: NodeJS.Timeout
  readonly #onAbort = (): void =>
    this.fail(new AppError('OPERATION_CANCELLED', `${this.command} was cancelled`, { details: this.#details() }))

  constructor(options: PendingCommandOptions) {
    const { id, command, args, isOob, timeoutMs, signal } = options
    this.id = id
    this.command = command
    this.args = args
    this.isOob = isOob
    this.#options = options
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    this.promise = promise
    this.#resolve = resolve
    this.#reject = reject
    if (!options.isRoutine) this.#record('command', args)
    this.#timer = setTimeout(() => {
      const message = `QEMU did not answer ${command} within ${timeoutMs} ms`
      this.fail(new AppError('QMP_TIMEOUT', message, { details: this.#details() }))
    }, timeoutMs)
    signal?.addEventListener('abort', this.#onAbort, { once: true })
    if (signal?.aborted === true) this.#onAbort()
  }

  get isSettled(): boolean {
    return this.#isSettled
  }

  succeed(value: unknown): void {
    if (!this.#settle()) return
    if (!this.#options.isRoutine) this.#record('reply', value)
    this.#resolve(value)
  }

  refuse(errorClass: string, desc: string): void {
    const details = { command: this.command, class: errorClass, desc }
    this.fail(new AppError('QMP_REFUSED', `QEMU refused ${this.command}: ${desc}`, { details }))
  }

  interrupt(cause: AppError): void {
    const message = `the connection to QEMU was lost before the answer to ${this.command}`
    this.fail(new AppError('QMP_INTERRUPTED', message, { details: this.#details(), cause }))
  }

  fail(error: AppError): void {
    if (!this.#settle()) return
    if (this.#options.isRoutine) this.#record('command', this.args)
    this.#record('error', { code: error.code, ...error.details })
    this.#reject(error)
  }

  #details(): { command: string; wasSent: boolean } {
    return { command: this.command, wasSent: this.sentAtMs !== undefined }
  }

  #record(direction: 'command' | 'reply' | 'error', payload: unknown): void {
    const durationMs = performance.now() - this.#startedAtMs
    const record = { direction, name: this.command, payload }
    this.#options.recorder.add(direction === 'command' ? record : { ...record, durationMs })
  }

  #settle(): boolean {
    if (this.#isSettled) return false
    this.#isSettled = true
    clearTimeout(this.#timer)
    this.#options.signal?.removeEventListener('abort', this.#onAbort)
    this.#options.onSettled(this)
    return true
  }
}
