/**
 * One machine's letters: what happened to it, and what is asked of it. Everything that touches the actor's state goes
 * through here, one at a time.
 *
 * Invariant: whatever happened and is known is handled before the next request is looked at, however many requests wait.
 * A request's letter only decides and begins; long work goes on outside and comes back as a letter.
 */
export class Mailbox {
  readonly #happenings: (() => void)[] = []
  readonly #requests: (() => void)[] = []
  readonly #onError: (error: unknown) => void
  #isScheduled = false

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError
  }

  happened(handle: () => void): void {
    this.#happenings.push(handle)
    this.#schedule()
  }

  asked(handle: () => void): void {
    this.#requests.push(handle)
    this.#schedule()
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    queueMicrotask(() => {
      this.#isScheduled = false
      this.#deliver()
    })
  }

  #deliver(): void {
    for (;;) {
      const next = this.#happenings.shift() ?? this.#requests.shift()
      if (next === undefined) return
      try {
        next()
      } catch (error) {
        // One letter that breaks must not swallow those behind it.
        this.#onError(error)
      }
    }
  }
}
