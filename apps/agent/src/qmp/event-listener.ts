/**
 * Waits for events of one QEMU: subscribed first, then the command, so that nothing falls between.
 *
 * A listener owns its queue. It gets every event from its creation on, in QEMU's order, and ends with an error: when the
 * link dies (after what was queued), when it is too slow (at once: a gap must be seen, never skipped), or when QEMU sent
 * one of its events without the promised members. One consumer at a time.
 */
import { AppError } from '@berth/core/errors/app-error'
import type { QmpEvent, QmpEventName } from './qmp-message.ts'

export interface WaitOptions {
  timeoutMs: number
  signal?: AbortSignal | undefined
}

/** What the client sees of a listener, whichever events it is for. */
export interface EventSink {
  wants(name: string): boolean
  offer(event: QmpEvent): void
  end(cause: AppError): void
}

interface Waiter<Names extends QmpEventName> {
  resolve: (event: QmpEvent<Names>) => void
  reject: (error: AppError) => void
}

const defaultMaxQueued = 1_000

const cancelled = (): AppError => new AppError('OPERATION_CANCELLED', 'waiting for an event was cancelled')

export class QmpEventListener<Names extends QmpEventName> implements EventSink, AsyncIterable<QmpEvent<Names>> {
  readonly #names: ReadonlySet<string>
  readonly #maxQueued: number
  readonly #onDispose: (listener: EventSink) => void
  readonly #queue: QmpEvent<Names>[] = []
  #waiter: Waiter<Names> | undefined
  #end: AppError | undefined

  constructor(options: {
    names: readonly Names[]
    maxQueued?: number | undefined
    onDispose: (listener: EventSink) => void
  }) {
    this.#names = new Set(options.names)
    this.#maxQueued = options.maxQueued ?? defaultMaxQueued
    this.#onDispose = options.onDispose
  }

  /** Whether it asked for events of that name. */
  wants(name: string): boolean {
    return this.#names.has(name)
  }

  /** For the client: hands an event over if it is asked for. */
  offer(event: QmpEvent): void {
    if (this.#end !== undefined || !this.#isMine(event)) return
    if (this.#waiter !== undefined) {
      const { resolve } = this.#waiter
      this.#waiter = undefined
      resolve(event)
      return
    }
    if (this.#queue.length < this.#maxQueued) {
      this.#queue.push(event)
      return
    }
    this.#queue.length = 0
    this.end(new AppError('QMP_INTERRUPTED', `a listener was too slow: ${this.#maxQueued} events waited for it`))
  }

  /** For the client: no event comes any more. What is queued can still be read. */
  end(cause: AppError): void {
    this.#end ??= cause
    this.#waiter?.reject(this.#end)
    this.#waiter = undefined
  }

  /**
   * The next event. Throws QMP_TIMEOUT, OPERATION_CANCELLED, or what ended the listener (QMP_INTERRUPTED mostly).
   * A timeout or cancel loses no event: it stays queued for the next call.
   */
  async next(options: WaitOptions): Promise<QmpEvent<Names>> {
    if (options.signal?.aborted === true) throw cancelled()
    const { promise, resolve, reject } = Promise.withResolvers<QmpEvent<Names>>()
    const giveUp = (error: AppError): void => {
      this.#waiter = undefined
      reject(error)
    }
    const timer = setTimeout(() => {
      const names = [...this.#names].join(', ')
      giveUp(new AppError('QMP_TIMEOUT', `no event of ${names} within ${options.timeoutMs} ms`))
    }, options.timeoutMs)
    const onAbort = (): void => giveUp(cancelled())
    options.signal?.addEventListener('abort', onAbort, { once: true })
    try {
      return await this.#take(promise, { resolve, reject })
    } finally {
      clearTimeout(timer)
      options.signal?.removeEventListener('abort', onAbort)
    }
  }

  /** What waits already, in QEMU's order; it does not come again from `next`. */
  takeQueued(): QmpEvent<Names>[] {
    return this.#queue.splice(0)
  }

  /** The next event that `isIt` accepts; the others before it are dropped. Throws as `next`; `timeoutMs` is for all. */
  async waitFor(isIt: (event: QmpEvent<Names>) => boolean, options: WaitOptions): Promise<QmpEvent<Names>> {
    const deadline = performance.now() + options.timeoutMs
    for (;;) {
      const timeoutMs = Math.max(0, deadline - performance.now())
      const event = await this.next({ ...options, timeoutMs })
      if (isIt(event)) return event
    }
  }

  /** Every event until the listener ends, which throws; leaving the loop unsubscribes. */
  async *[Symbol.asyncIterator](): AsyncGenerator<QmpEvent<Names>, void, undefined> {
    try {
      for (;;) {
        const { promise, resolve, reject } = Promise.withResolvers<QmpEvent<Names>>()
        yield await this.#take(promise, { resolve, reject })
      }
    } finally {
      this[Symbol.dispose]()
    }
  }

  [Symbol.dispose](): void {
    this.#onDispose(this)
    this.end(new AppError('QMP_INTERRUPTED', 'the listener was given up'))
  }

  #take(promise: Promise<QmpEvent<Names>>, waiter: Waiter<Names>): Promise<QmpEvent<Names>> {
    const queued = this.#queue.shift()
    if (queued !== undefined) waiter.resolve(queued)
    else if (this.#end !== undefined) waiter.reject(this.#end)
    else if (this.#waiter !== undefined) throw new TypeError('a listener has one consumer at a time')
    else this.#waiter = waiter
    return promise
  }

  #isMine(event: QmpEvent): event is QmpEvent & QmpEvent<Names> {
    return this.#names.has(event.name)
  }
}
