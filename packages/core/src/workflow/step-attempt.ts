/** One attempt of a step's `do` or `undo`: a time limit, two ways to be stopped, and a failure as a value. */
import { AppError, errorToWire } from '../errors/app-error.ts'
import { WorkAbandoned, type RetryClass } from './step.ts'
import { failureOf, type Failure } from './workflow-journal.ts'

export interface WorkflowClock {
  /** Unix milliseconds, for display. */
  now(): number
  /** Resolves after `ms`, or at once when the signal is aborted; never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

export type AttemptResult<T> =
  { readonly isDone: true; readonly value: T } | { readonly isDone: false; readonly failure: Failure }

export interface AttemptLimits {
  readonly clock: WorkflowClock
  readonly timeoutMs: number
  readonly abandoned: AbortSignal
  readonly classify: (error: unknown) => RetryClass
  /** Names the step in a timeout's message. */
  readonly title: string
}

/**
 * Runs `body` until it ends, its time is up (an unknown outcome), or the worker is stopped (throws WorkAbandoned).
 * A body that ignores its signal is left behind: its effect is idempotent, and a later attempt finds it done.
 */
export async function attemptOnce<T>(
  limits: AttemptLimits,
  body: (signal: AbortSignal) => Promise<T>,
): Promise<AttemptResult<T>> {
  refuseAbandoned(limits.abandoned)
  const ended = new AbortController()
  const signal = AbortSignal.any([limits.abandoned, ended.signal])
  const deadline = limits.clock.sleep(limits.timeoutMs, signal).then(() => {
    refuseAbandoned(limits.abandoned)
    throw new AppError('TIMEOUT', `${limits.title}: no end after ${limits.timeoutMs} ms.`)
  })
  try {
    // The race also listens to the one that loses, so its late rejection is not an unhandled one.
    return { isDone: true, value: await Promise.race([body(signal), deadline]) }
  } catch (error) {
    if (error instanceof WorkAbandoned) throw error
    refuseAbandoned(limits.abandoned)
    return { isDone: false, failure: failureOf(errorToWire(error), limits.classify(error)) }
  } finally {
    ended.abort()
  }
}

function refuseAbandoned(abandoned: AbortSignal): void {
  if (abandoned.aborted) throw new WorkAbandoned('The worker was stopped.')
}
