/** Tells at most so often, and always the last: a transfer that stalls must not go on showing what was there before. */
import { setTimeout as wait } from 'node:timers/promises'

export class PacedProgress<T> implements Disposable {
  readonly #tell: (value: T) => void
  readonly #intervalMs: number
  readonly #stopped = new AbortController()
  #latest: { value: T } | undefined
  #isPumping = false

  constructor(tell: (value: T) => void, intervalMs: number) {
    this.#tell = tell
    this.#intervalMs = intervalMs
  }

  add(value: T): void {
    this.#latest = { value }
    if (!this.#isPumping) void this.#pump()
  }

  async #pump(): Promise<void> {
    this.#isPumping = true
    try {
      while (this.#latest !== undefined) {
        const { value } = this.#latest
        this.#latest = undefined
        this.#tell(value)
        await wait(this.#intervalMs, undefined, { signal: this.#stopped.signal })
      }
    } catch {
      // Stopped: what is left is told at once, below.
    } finally {
      this.#isPumping = false
    }
  }

  /** Tells what is still to be told; nothing afterwards. */
  [Symbol.dispose](): void {
    this.#stopped.abort()
    if (this.#latest !== undefined) this.#tell(this.#latest.value)
    this.#latest = undefined
  }
}
