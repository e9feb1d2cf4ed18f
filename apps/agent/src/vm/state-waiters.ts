/** Those who wait for a machine to reach a state; told with every change. */
import { AppError } from '@berth/core/errors/app-error'

interface Waiter {
  readonly isThere: () => boolean
  readonly resolve: () => void
}

export class StateWaiters {
  readonly #waiters = new Set<Waiter>()

  /** Resolves once `isThere` says so; throws TIMEOUT unless `timeoutMs` is null, or OPERATION_CANCELLED by `signal`. */
  async wait(
    isThere: () => boolean,
    options: { timeoutMs: number | null; signal: AbortSignal; what: string },
  ): Promise<void> {
    if (isThere()) return
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const waiter = { isThere, resolve }
    const { timeoutMs, signal, what } = options
    const late = (): void => reject(new AppError('TIMEOUT', `${what}: not within ${timeoutMs ?? 0} ms`))
    const timer = timeoutMs === null ? undefined : setTimeout(late, timeoutMs)
    const onAbort = (): void => reject(new AppError('OPERATION_CANCELLED', `${what}: cancelled`))
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
    this.#waiters.add(waiter)
    try {
      await promise
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      this.#waiters.delete(waiter)
    }
  }

  changed(): void {
    for (const { isThere, resolve } of this.#waiters) if (isThere()) resolve()
  }
}
