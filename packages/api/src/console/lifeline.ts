import type { ConsoleHold } from './leash-post.ts'

/** What an open console hangs on: the browser's connection, or the leash to the agent that took it over. */
export class Lifeline {
  #held: ConsoleHold
  readonly #ended = Promise.withResolvers<void>()

  constructor(held: ConsoleHold) {
    this.#held = held
    this.hold(held)
  }

  /** From here on `held` is what counts; what it hung on before may close. */
  hold(held: ConsoleHold): void {
    this.#held = held
    held.once('close', () => {
      if (this.#held === held) this.#ended.resolve()
    })
    if (held.closed) this.#ended.resolve()
  }

  /** Called once, soon after what it hangs on then has closed, also when that is so already. */
  onEnd(end: () => void): void {
    void this.#ended.promise.then(end)
  }

  cut(): void {
    this.#held.destroy()
  }
}
