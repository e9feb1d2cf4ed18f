/** The browsers' stream as the router sees it. */
import type { PanelEvent } from '@berth/core/events/panel-events'

export interface StreamRequest {
  /** Whose objects are told of; null: everybody's. */
  readonly ownerId: string | null
  /** The last id that was seen; what came after it is told first. */
  readonly lastEventId: string | null
  readonly signal: AbortSignal
}

export interface StreamedEvent {
  /** Null for live figures, which are not kept. */
  readonly id: string | null
  readonly event: PanelEvent
}

export interface EventPort {
  stream(request: StreamRequest): AsyncIterable<StreamedEvent>
}
