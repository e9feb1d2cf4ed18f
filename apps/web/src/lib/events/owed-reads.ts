/**
 * Queries that must be read again before they can be trusted: after a reset of the stream, or when the panel was away
 * when they were asked for. A debt is paid by an answer that was asked for after it was made, and by nothing else: a
 * request may fail (the panel that told of the reset dies in the next moment), and a patched row makes the query cache
 * forget that the other rows were invalidated.
 *
 * Debts of what is on screen are tried again when the stream is live again, and while it is, with growing pauses; of what
 * is not, when it comes back on screen. Owner of its state: this module.
 */
import type { QueryCacheNotifyEvent, QueryClient, QueryKey } from '@tanstack/react-query'
import { hasCode, isNoAnswer } from '../wire-error.ts'

const firstPauseMs = 3_000
const lastPauseMs = 24_000

export type CachedQuery = QueryCacheNotifyEvent['query']

export interface OwedReads {
  owe: (query: CachedQuery) => void
  oweAll: () => void
  /** The query was answered, by something that was asked for at that time. */
  answered: (query: CachedQuery, askedAtMs: number) => void
  /** What the query cache says beside answers. */
  noticed: (notice: QueryCacheNotifyEvent) => void
  /** The stream is live again, so most likely the panel answers. */
  readNow: () => void
  /** The panel is away: nothing is tried until `readNow`. */
  pause: () => void
}

export function makeOwedReads(queryClient: QueryClient): OwedReads {
  const cache = queryClient.getQueryCache()
  const owedSinceMs = new Map<string, number>()
  let isLive = false
  let pauseMs = firstPauseMs
  let retryTimer: ReturnType<typeof setTimeout> | undefined

  const read = ({ queryKey }: { readonly queryKey: QueryKey }) =>
    void queryClient.invalidateQueries({ queryKey, exact: true })
  const readIdle = (query: CachedQuery) => {
    if (owedSinceMs.has(query.queryHash) && query.state.fetchStatus === 'idle') read(query)
  }
  const readAll = () => {
    clearTimeout(retryTimer)
    retryTimer = undefined
    for (const hash of owedSinceMs.keys()) {
      const query = cache.get(hash)
      if (query?.isActive() === true) readIdle(query)
    }
  }

  return {
    owe(query) {
      owedSinceMs.set(query.queryHash, Date.now())
      read(query)
    },
    oweAll() {
      const nowMs = Date.now()
      for (const { queryHash } of cache.getAll()) owedSinceMs.set(queryHash, nowMs)
      void queryClient.invalidateQueries()
    },
    answered(query, askedAtMs) {
      const sinceMs = owedSinceMs.get(query.queryHash)
      if (sinceMs === undefined) return
      if (askedAtMs >= sinceMs) owedSinceMs.delete(query.queryHash)
      // It was on its way when the debt was made.
      else read(query)
    },
    noticed(notice) {
      const { query, type } = notice
      if (type === 'removed') owedSinceMs.delete(query.queryHash)
      // Its own reading on mount, if there is one, begins in this turn.
      else if (type === 'observerAdded') queueMicrotask(() => readIdle(query))
      else if (type === 'updated' && notice.action.type === 'error') {
        if (!isPanelAway(notice.action.error)) return void owedSinceMs.delete(query.queryHash)
        owedSinceMs.set(query.queryHash, Date.now())
        if (!isLive || retryTimer !== undefined) return
        retryTimer = setTimeout(readAll, pauseMs)
        pauseMs = Math.min(lastPauseMs, 2 * pauseMs)
      }
    },
    readNow() {
      isLive = true
      pauseMs = firstPauseMs
      readAll()
    },
    pause() {
      isLive = false
      clearTimeout(retryTimer)
      retryTimer = undefined
    },
  }
}

/** Nobody was there to answer. Every other error is an answer, and what it says is shown. */
const isPanelAway = (error: unknown): boolean => isNoAnswer(error) || hasCode(error, 'DATABASE_UNAVAILABLE')
