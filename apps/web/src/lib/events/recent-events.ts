/**
 * Events of the last moments, told again to answers that were on their way meanwhile. An answer may be older than an event
 * that came before it; without this the event's change would be lost until the next one. Telling an event that is older
 * than the answer does no harm: whatever changed after it sends an event of its own.
 */
import type { PanelEvent } from '@berth/core/events/panel-events'
import type { QueryCacheNotifyEvent, QueryClient } from '@tanstack/react-query'

const keptMs = 10_000
const keptCount = 500

export interface RecentEvents {
  add: (event: PanelEvent) => void
  /** Watches the cache for answers; call what is returned to stop. */
  watch: () => () => void
}

export function makeRecentEvents(queryClient: QueryClient, apply: (event: PanelEvent) => void): RecentEvents {
  let recent: { atMs: number; event: PanelEvent }[] = []
  let isQueued = false
  const replay = () => {
    isQueued = false
    const from = Date.now() - keptMs
    recent = recent.filter(({ atMs }) => atMs >= from)
    for (const { event } of recent) apply(event)
  }
  return {
    add(event) {
      // Figures come again in two seconds, and a reset has read everything anew.
      if (event.kind === 'gauges') return
      if (event.kind === 'stream.reset') recent = []
      else recent = [...recent.slice(1 - keptCount), { atMs: Date.now(), event }]
    },
    watch: () =>
      queryClient.getQueryCache().subscribe((notice) => {
        if (isQueued || recent.length === 0 || !isAnswer(notice)) return
        isQueued = true
        queueMicrotask(replay)
      }),
  }
}

/** Data that came from the panel, by a request or with a page; not what a patch has written. */
function isAnswer(notice: QueryCacheNotifyEvent): boolean {
  if (notice.type === 'added') return notice.query.state.data !== undefined
  if (notice.type !== 'updated') return false
  return notice.action.type === 'setState' || (notice.action.type === 'success' && notice.action.manual !== true)
}
