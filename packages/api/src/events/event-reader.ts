/**
 * One browser's queue between the hub and its stream. Bounded: a reader that does not keep up is told to read everything
 * again, and cut, so that it costs neither memory nor the others' time. Of live figures only the newest per host and move wait.
 */
import type { PanelEvent } from '@berth/core/events/panel-events'
import type { MoveView } from '@berth/core/migration/move-view'
import type { StreamedEvent } from '../trpc/event-port.ts'
import type { Gauges } from '../agents/agent-ingest.ts'

const maxWaiting = 1_000

export class EventReader implements AsyncIterable<StreamedEvent> {
  /** Whose objects are told of; null: everybody's. */
  readonly viewerId: string | null
  #waiting: StreamedEvent[] = []
  readonly #figures = new Map<string, StreamedEvent>()
  #state: 'open' | 'cut' | 'closed' = 'open'
  #woken = Promise.withResolvers<void>()

  constructor(viewerId: string | null) {
    this.viewerId = viewerId
  }

  push(streamed: StreamedEvent): void {
    if (this.#state !== 'open') return
    this.#waiting.push(streamed)
    if (this.#waiting.length > maxWaiting) this.reset(streamed.id)
    this.#wake()
  }

  pushGauges(gauges: Gauges): void {
    // A host's own figures and its machines' come apart; each replaces only its like.
    this.#pushFigures(`${gauges.hostId} ${gauges.host === null}`, gauges)
  }

  pushMove(move: MoveView): void {
    this.#pushFigures(move.operationId, { kind: 'move.progressed', move })
  }

  #pushFigures(key: string, event: PanelEvent): void {
    if (this.#state !== 'open') return
    this.#figures.set(key, { id: null, event })
    this.#wake()
  }

  /** Tells it to read everything again, and ends it. `id`: where to go on when it comes back. */
  reset(id: string | null): void {
    if (this.#state !== 'open') return
    this.#waiting = [{ id, event: { kind: 'stream.reset' } }]
    this.#figures.clear()
    this.#state = 'cut'
    this.#wake()
  }

  close(): void {
    this.#state = 'closed'
    this.#wake()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<StreamedEvent> {
    for (;;) {
      const batch = [...this.#waiting, ...this.#figures.values()]
      this.#waiting = []
      this.#figures.clear()
      yield* batch
      if (this.#state === 'closed') return
      if (this.#waiting.length > 0 || this.#figures.size > 0) continue
      if (this.#state === 'cut') return
      await this.#woken.promise
    }
  }

  #wake(): void {
    this.#woken.resolve()
    this.#woken = Promise.withResolvers()
  }
}
