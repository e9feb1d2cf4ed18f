/**
 * Which consoles are open through this panel. Each costs two sockets, so they are bounded by user and by machine; and each
 * can be cut, when the right by which it was opened ends before it does.
 * State: the open consoles of this process, in memory.
 */
import { AppError } from '@berth/core/errors/app-error'
import type { ConsoleRight } from './console-right-repo.ts'

const maxPerUser = 200
const maxPerVm = 150

export interface ConsoleSeat {
  readonly right: ConsoleRight
  /** Ends the browser's side, and with it the agent's. */
  readonly cut: () => void
}

export class ConsoleSeats {
  readonly #taken = new Set<ConsoleSeat>()

  get open(): number {
    return this.#taken.size
  }

  get taken(): readonly ConsoleSeat[] {
    return [...this.#taken]
  }

  /** Takes a seat; the returned function gives it back, and may be called again. Throws CONSOLE_LIMIT. */
  take(right: ConsoleRight, cut: () => void): () => void {
    requireBelow(this.#count('userId', right), maxPerUser, 'user')
    requireBelow(this.#count('vmId', right), maxPerVm, 'machine')
    const seat: ConsoleSeat = { right, cut }
    this.#taken.add(seat)
    return () => this.#taken.delete(seat)
  }

  #count(by: 'userId' | 'vmId', right: ConsoleRight): number {
    let count = 0
    for (const seat of this.#taken) if (seat.right[by] === right[by]) count++
    return count
  }
}

function requireBelow(count: number, limit: number, whose: string): void {
  if (count < limit) return
  throw new AppError('CONSOLE_LIMIT', `${count} consoles of this ${whose} are open, at most ${limit} may be.`)
}
