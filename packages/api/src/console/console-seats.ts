/**
 * How many consoles are open through this panel, by user and by machine. Each costs two sockets, so both are bounded.
 * State: two counters, in memory, of this process only.
 */
import { AppError } from '@berth/core/errors/app-error'

const maxPerUser = 200
const maxPerVm = 150

export class ConsoleSeats {
  readonly #byUser = new Map<string, number>()
  readonly #byVm = new Map<string, number>()

  get open(): number {
    return [...this.#byVm.values()].reduce((sum, count) => sum + count, 0)
  }

  /** Takes a seat; the returned function gives it back, and may be called again. Throws CONSOLE_LIMIT. */
  take(userId: string, vmId: string): () => void {
    requireBelow(this.#byUser.get(userId) ?? 0, maxPerUser, 'user')
    requireBelow(this.#byVm.get(vmId) ?? 0, maxPerVm, 'machine')
    add(this.#byUser, userId, 1)
    add(this.#byVm, vmId, 1)
    let isTaken = true
    return () => {
      if (!isTaken) return
      isTaken = false
      add(this.#byUser, userId, -1)
      add(this.#byVm, vmId, -1)
    }
  }
}

function requireBelow(count: number, limit: number, whose: string): void {
  if (count < limit) return
  throw new AppError('CONSOLE_LIMIT', `${count} consoles of this ${whose} are open, at most ${limit} may be.`)
}

function add(counters: Map<string, number>, key: string, change: number): void {
  const count = (counters.get(key) ?? 0) + change
  if (count > 0) counters.set(key, count)
  else counters.delete(key)
}
