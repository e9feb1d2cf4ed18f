/**
 * Answers that cost something, shared by all who ask for the same one: one work at a time for a key, its result kept for a
 * short while. The work ends when nobody waits for it any more.
 */
import { AppError } from '@berth/core/errors/app-error'

interface Underway<T> {
  readonly answer: Promise<T>
  readonly abort: AbortController
  waiting: number
}

export class SharedAnswers<T> {
  readonly #keptMs: number
  readonly #underway = new Map<string, Underway<T>>()
  readonly #kept = new Map<string, { readonly value: T; readonly atMs: number }>()

  constructor(keptMs: number) {
    this.#keptMs = keptMs
  }

  /** What is known and young enough; nothing is worked for it. */
  known(key: string): T | undefined {
    const kept = this.#kept.get(key)
    return kept !== undefined && performance.now() - kept.atMs < this.#keptMs ? kept.value : undefined
  }

  /** Whoever asks next has it worked for anew. */
  forget(key: string): void {
    this.#kept.delete(key)
  }

  /** Throws what `work` throws, OPERATION_CANCELLED by `signal`. */
  async get(key: string, work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    const known = this.known(key)
    if (known !== undefined) return known
    const underway = this.#underway.get(key) ?? this.#begin(key, work)
    underway.waiting++
    const gone = Promise.withResolvers<never>()
    const leave = (): void => gone.reject(new AppError('OPERATION_CANCELLED', 'Nobody waits for it any more.'))
    signal.addEventListener('abort', leave, { once: true })
    try {
      if (signal.aborted) leave()
      return await Promise.race([underway.answer, gone.promise])
    } finally {
      signal.removeEventListener('abort', leave)
      underway.waiting--
      if (underway.waiting === 0) underway.abort.abort()
    }
  }

  #begin(key: string, work: (signal: AbortSignal) => Promise<T>): Underway<T> {
    const abort = new AbortController()
    const answer = work(abort.signal)
      .then((value) => this.#keep(key, value))
      .finally(() => this.#underway.delete(key))
    // All who waited may have left.
    answer.catch(() => undefined)
    const underway = { answer, abort, waiting: 0 }
    this.#underway.set(key, underway)
    return underway
  }

  #keep(key: string, value: T): T {
    for (const old of [...this.#kept.keys()].filter((other) => this.known(other) === undefined)) this.#kept.delete(old)
    this.#kept.set(key, { value, atMs: performance.now() })
    return value
  }
}
