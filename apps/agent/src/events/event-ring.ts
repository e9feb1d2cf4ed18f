/**
 * The last events of this agent's life, in memory, with their ids "<stream>:<sequence>".
 *
 * Owner of its state: the event stream. Invariants: sequences rise by one without holes; the stream's name is new with
 * each start of the agent, so that an id of an earlier life is unknown, never mistaken for another event's.
 */
import type { AgentEvent } from '@berth/core/agent-contract/agent-events'

export interface KeptEvent {
  readonly id: string
  readonly event: AgentEvent
}

export interface EventRing {
  /** The id of the newest event, "<stream>:0" before the first. */
  readonly lastId: () => string
  readonly push: (event: AgentEvent) => KeptEvent
  /** What came after `id`, oldest first; undefined when `id` is of another stream, too old, or not yet given. */
  readonly after: (id: string) => readonly KeptEvent[] | undefined
}

export function createEventRing(stream: string, capacity: number): EventRing {
  const kept: KeptEvent[] = []
  let sequence = 0
  const idOf = (number: number): string => `${stream}:${number}`
  return {
    lastId: () => idOf(sequence),
    push: (event) => {
      sequence++
      const entry = { id: idOf(sequence), event }
      kept.push(entry)
      if (kept.length > capacity) kept.shift()
      return entry
    },
    after: (id) => {
      const known = /^(.+):(\d{1,15})$/.exec(id)
      if (known?.[1] !== stream) return undefined
      const number = Number(known[2])
      const missed = sequence - number
      return missed < 0 || missed > kept.length ? undefined : kept.slice(kept.length - missed)
    },
  }
}
