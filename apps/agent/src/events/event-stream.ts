/**
 * The agent's event stream: whoever knows something publishes it, any number of readers listen.
 *
 * Owner of its state: this module (ring and readers' queues). Invariants: a reader sees kept events in order and without
 * holes, or it is cut; it is never skipped silently. A reader that is cut, or was away, comes back with its last id and
 * goes on from there, or gets a snapshot first.
 */
import { randomBytes } from 'node:crypto'
import type { AgentEvent, AgentEventKind, HostSnapshot } from '@berth/core/agent-contract/agent-events'
import { AppError } from '@berth/core/errors/app-error'
import { createEventRing, type EventRing } from './event-ring.ts'
import { createReaderQueue, type ReaderQueue } from './reader-queue.ts'

/** `id` is undefined for what is not kept: figures and progress are worth nothing later. */
export interface StreamedEvent {
  readonly id: string | undefined
  readonly event: AgentEvent
}

export interface EventStream {
  publish: (event: AgentEvent) => void
  /** Ends when `signal` aborts; throws TIMEOUT when the reader fell behind too far. */
  read: (from: { lastEventId: string | null; signal: AbortSignal }) => AsyncGenerator<StreamedEvent, void, undefined>
  /** How many read now. */
  readerCount: () => number
  /** How many have begun to read so far; it rises with each that comes, or comes back. */
  joinedCount: () => number
}

export interface EventStreamOptions {
  snapshot: () => Promise<HostSnapshot>
  /** Events that are kept for readers that come back. Default 4,096. */
  capacity?: number
  /** Events that may wait for one reader. Default 2,048. */
  maxWaiting?: number
}

const unkeptKinds: ReadonlySet<AgentEventKind> = new Set(['host.beat', 'vm.sampled', 'step.progressed'])

export function createEventStream(options: EventStreamOptions): EventStream {
  const ring = createEventRing(randomBytes(6).toString('hex'), options.capacity ?? 4_096)
  const readers = new Set<ReaderQueue<StreamedEvent>>()
  let joined = 0

  return {
    readerCount: () => readers.size,
    joinedCount: () => joined,
    publish: (event) => {
      const entry: StreamedEvent = unkeptKinds.has(event.kind) ? { id: undefined, event } : ring.push(event)
      for (const reader of readers) reader.push(entry)
    },
    async *read({ lastEventId, signal }) {
      const reader = createReaderQueue<StreamedEvent>(options.maxWaiting ?? 2_048)
      // Subscribed before anything is read: what happens during the snapshot waits in the queue, and comes after it.
      readers.add(reader)
      joined++
      const onAbort = (): void => reader.close()
      signal.addEventListener('abort', onAbort, { once: true })
      if (signal.aborted) reader.close()
      try {
        yield* await catchUp({ ring, lastEventId, snapshot: options.snapshot })
        yield* reader.drain(() => {
          throw new AppError('TIMEOUT', 'This reader fell too far behind; it is cut and may come back with its last id')
        })
      } finally {
        readers.delete(reader)
        signal.removeEventListener('abort', onAbort)
      }
    },
  }
}

async function catchUp(from: {
  ring: EventRing
  lastEventId: string | null
  snapshot: () => Promise<HostSnapshot>
}): Promise<readonly StreamedEvent[]> {
  const missed = from.lastEventId === null ? undefined : from.ring.after(from.lastEventId)
  if (missed !== undefined) return missed
  // The id of before the snapshot: what is told twice does no harm (generations decide), what is left out would.
  const id = from.ring.lastId()
  return [{ id, event: { kind: 'host.snapshot', snapshot: await from.snapshot() } }]
}
