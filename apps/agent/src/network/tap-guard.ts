/**
 * The taps of one network and the rules that keep each to its own MAC, written as one table. In turn: of two machines that
 * start at once the slower nft would else put the table back to before the other's tap.
 */
import { antiSpoofRules } from './bridge-plan.ts'
import { applyRules, deleteTable } from './nft-tables.ts'

export class TapGuard {
  readonly #table: string
  readonly #macs = new Map<string, string>()
  #last: Promise<void> = Promise.resolve()

  constructor(table: string) {
    this.#table = table
  }

  taps(): string[] {
    return [...this.#macs.keys()]
  }

  async add(tap: string, mac: string): Promise<void> {
    this.#macs.set(tap, mac)
    await this.#write()
  }

  async remove(tap: string): Promise<void> {
    if (this.#macs.delete(tap)) await this.#write()
  }

  #write(): Promise<void> {
    const write = async (): Promise<void> => {
      if (this.#macs.size > 0) await applyRules(antiSpoofRules(this.#table, this.#macs))
      else await deleteTable('bridge', this.#table)
    }
    // Whoever failed has told his own caller.
    const next = this.#last.then(write, write)
    this.#last = next
    return next
  }
}
