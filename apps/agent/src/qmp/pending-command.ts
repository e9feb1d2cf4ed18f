/** A command between its call and its answer: the waiter, its timer and its line in the flight recorder. */
import { AppError } from '@berth/core/errors/app-error'
import { recordableArguments, recordableReply, type RecordedCommand, type RecordedOutcome } from './flight-recorder.ts'

export interface PendingCommandOptions {
  id: string
  command: string
  args: unknown
  isOob: boolean
  timeoutMs: number
  /** Not recorded when it succeeds, so its reply is not turned into text either. */
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
  readonly isRoutine: boolean
  readonly promise: Promise<unknown>
  readonly record: RecordedCommand
  /** After it, a missing answer means: it may or may not have taken effect. */
  wasSent = false
  readonly #options: PendingCommandOptions
  readonly #resolve: (value: unknown) => void
  readonly #reject: (error: AppError) => void
  readonly #startedAtMs = performance.now()
  readonly #timer: NodeJS.Timeout
  readonly #onAbort = (): void =>
    this.fail(
      'cancelled',
      new AppError('OPERATION_CANCELLED', `${this.command} was cancelled`, { details: this.#details() }),
    )

  constructor(options: PendingCommandOptions) {
    const { id, command, args, isOob, timeoutMs, signal } = options
    this.id = id
    this.command = command
    this.args = args
    this.isOob = isOob
    this.isRoutine = options.isRoutine
    this.#options = options
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    this.promise = promise
    this.#resolve = resolve
    this.#reject = reject
    const text = recordableArguments(command, args)
    this.record = { kind: 'command', atMs: Date.now(), name: command, arguments: text, outcome: 'pending' }
    this.#timer = setTimeout(() => {
      const message = `QEMU did not answer ${command} within ${timeoutMs} ms`
      this.fail('timedOut', new AppError('QMP_TIMEOUT', message, { details: this.#details() }))
    }, timeoutMs)
    signal?.addEventListener('abort', this.#onAbort, { once: true })
    if (signal?.aborted === true) this.#onAbort()
  }

  get isSettled(): boolean {
    return this.record.outcome !== 'pending'
  }

  succeed(value: unknown): void {
    if (!this.isRoutine) this.record.reply = recordableReply(this.command, this.args, value)
    if (this.#settle('returned')) this.#resolve(value)
  }

  refuse(errorClass: string, desc: string): void {
    this.record.reply = `${errorClass}: ${desc}`
    const details = { command: this.command, class: errorClass, desc }
    this.fail('refused', new AppError('QMP_REFUSED', `QEMU refused ${this.command}: ${desc}`, { details }))
  }

  interrupt(cause: AppError): void {
    const message = `the connection to QEMU was lost before the answer to ${this.command}`
    this.fail('interrupted', new AppError('QMP_INTERRUPTED', message, { details: this.#details(), cause }))
  }

  fail(outcome: RecordedOutcome, error: AppError): void {
    if (this.#settle(outcome)) this.#reject(error)
  }

  #details(): { command: string; wasSent: boolean } {
    return { command: this.command, wasSent: this.wasSent }
  }

  #settle(outcome: RecordedOutcome): boolean {
    if (this.isSettled) return false
    clearTimeout(this.#timer)
    this.#options.signal?.removeEventListener('abort', this.#onAbort)
    this.record.outcome = outcome
    this.record.durationMs = performance.now() - this.#startedAtMs
    this.#options.onSettled(this)
    return true
  }
}
