/**
 * Events of the last moments, told again to answers that were on their way meanwhile. An answer may be older than an event
 * that came before it; without this the event's change would be lost until the next one. Only events that came after the
 * answer was asked for are told again, since an older one would undo what the answer knows better; an answer that is older
 * than all that is remembered (a slow request, a page that the router kept) is read again.
 */
import type { PanelEvent } from '@berth/core/events/panel-events'
import type { QueryCacheNotifyEvent, QueryClient } from '@tanstack/react-query'
import { type CachedQuery, makeOwedReads } from './owed-reads.ts'

const keptMs = 10_000
const keptCount = 500
/** So long may a page have been on its way since the panel read what lies in it. */
const pageMs = 5_000

export interface RecentEvents {
  /** Applies it now, and to answers that come within a while. */
  tell: (event: PanelEvent) => void
  /** Whether the stream is open. What could not be read while it was not is read when it is again. */
  setLive: (isLive: boolean) => void
  /** Watches the cache for answers; call what is returned to stop. */
  watch: () => () => void
}

export function makeRecentEvents(queryClient: QueryClient, apply: (event: PanelEvent) => void): RecentEvents {
  const owed = makeOwedReads(queryClient)
  const askedAtMs = new WeakMap<CachedQuery, number>()
  let recent: { atMs: number; event: PanelEvent }[] = []
  /** When the newest event came that is not remembered any more. */
  let forgottenAtMs = Number.NEGATIVE_INFINITY
  let replayFromMs = Number.POSITIVE_INFINITY
  let isApplying = false

  const applyOwn = (event: PanelEvent) => {
    isApplying = true
    apply(event)
    isApplying = false
  }
  const replay = () => {
    const fromMs = replayFromMs
    replayFromMs = Number.POSITIVE_INFINITY
    for (const { atMs, event } of recent) if (atMs >= fromMs) applyOwn(event)
  }
  const remember = (event: PanelEvent) => {
    const nowMs = Date.now()
    const next = [...recent, { atMs: nowMs, event }]
    const kept = next.slice(-keptCount).filter(({ atMs }) => atMs >= nowMs - keptMs)
    forgottenAtMs = next.at(-kept.length - 1)?.atMs ?? forgottenAtMs
    recent = kept
  }
  const answered = (query: CachedQuery, fromMs: number) => {
    if (fromMs < forgottenAtMs) return owed.owe(query)
    owed.answered(query, fromMs)
    if (recent.length === 0) return
    if (replayFromMs === Number.POSITIVE_INFINITY) queueMicrotask(replay)
    replayFromMs = Math.min(replayFromMs, fromMs)
  }
  const noticed = (notice: QueryCacheNotifyEvent) => {
    const { query } = notice
    owed.noticed(notice)
    if (notice.type === 'added' && query.state.data !== undefined) answered(query, query.state.dataUpdatedAt - pageMs)
    if (notice.type !== 'updated') return
    const { action } = notice
    // A retry asks anew.
    if (action.type === 'fetch' || action.type === 'failed') askedAtMs.set(query, Date.now())
    // What an event writes is no answer.
    if (action.type === 'setState' && !isApplying) answered(query, query.state.dataUpdatedAt - pageMs)
    if (action.type === 'success' && action.manual !== true) answered(query, askedAtMs.get(query) ?? 0)
  }

  return {
    tell(event) {
      if (event.kind === 'stream.reset') {
        recent = []
        forgottenAtMs = Date.now()
        return owed.oweAll()
      }
      // Figures come again in two seconds.
      if (event.kind !== 'gauges') remember(event)
      applyOwn(event)
    },
    setLive: (isLive) => (isLive ? owed.readNow() : owed.pause()),
    watch: () => queryClient.getQueryCache().subscribe(noticed),
  }
}
