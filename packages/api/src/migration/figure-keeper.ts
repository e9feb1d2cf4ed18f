/** Writes the newest figures of one move, at most once a second, never two at once, and always the last. */
import { setTimeout as wait } from 'node:timers/promises'
import type { MoveProgress } from '@berth/core/migration/move-progress'
import type { MoveFigures } from '../workflows/ports.ts'

const everyMs = 1_000

export class FigureKeeper implements MoveFigures {
  readonly #write: (progress: MoveProgress) => Promise<void>
  readonly #lost: (error: unknown) => void
  readonly #ended = new AbortController()
  #latest: MoveProgress | null = null
  #pumping: Promise<void> | null = null

  constructor(write: (progress: MoveProgress) => Promise<void>, lost: (error: unknown) => void) {
    this.#write = write
    this.#lost = lost
  }

  note(progress: MoveProgress): void {
    this.#latest = progress
    this.#pumping ??= this.#pump()
  }

  /** Never throws: what came of the move does not depend on its figures. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort()
    await this.#pumping
  }

  async #pump(): Promise<void> {
    while (this.#latest !== null) {
      const progress = this.#latest
      this.#latest = null
      await this.#write(progress).catch(this.#lost)
      // Ended early only by the end, after which what came last is still written.
      await wait(everyMs, undefined, { signal: this.#ended.signal }).catch(() => undefined)
    }
    this.#pumping = null
  }
}
