/**
 * Which facts of the host its readers have not heard of. A reader gets all of them with a snapshot; what changes afterwards
 * travels with a beat, which is not kept: whoever was away for it and goes on by its last id would never hear of it, so each
 * reader that comes is told once more.
 */
import type { HostFacts } from '@berth/core/host/host'
import type { EventStream } from '../events/event-stream.ts'

export class FactsNews {
  readonly #look: () => Promise<HostFacts>
  readonly #joinedCount: EventStream['joinedCount']
  #seen: { readonly facts: HostFacts; readonly text: string } | null = null
  #told = { text: '', joined: 0 }

  constructor(look: () => Promise<HostFacts>, { joinedCount }: Pick<EventStream, 'joinedCount'>) {
    this.#look = look
    this.#joinedCount = joinedCount
  }

  async look(): Promise<void> {
    const facts = await this.#look()
    this.#seen = { facts, text: JSON.stringify(facts) }
  }

  /** What is to be told now, and counts as told from then on; undefined: every reader knows it. */
  take(): HostFacts | undefined {
    const joined = this.#joinedCount()
    if (this.#seen === null || (this.#told.text === this.#seen.text && this.#told.joined === joined)) return undefined
    this.#told = { text: this.#seen.text, joined }
    return this.#seen.facts
  }
}
