/**
 * One tab's stream of events: opens it, opens it again where it stopped, and says how far the page can be trusted.
 *
 * The browser itself repeats a connection that broke (and sends the last id); what it gives up on, an answer that is no
 * stream, is repeated here with growing pauses. A tab that nobody looks at lets its connection go after a while: over
 * HTTP/1.1 a browser has six per origin, and six forgotten tabs would block the seventh.
 */
import type { PanelEvent } from '@berth/core/events/panel-events'
import type { PanelClient } from '../trpc/trpc-client.ts'
import { hasCode } from '../wire-error.ts'
import type { LiveState } from './live-state.ts'

export interface EventStreamOptions {
  client: PanelClient
  onEvent: (event: PanelEvent) => void
  /** The stream began without knowing what was told before: everything must be read again. */
  onFreshStart: () => void
  onSignedOut: () => void
}

export interface EventStream {
  subscribe: (listener: () => void) => () => void
  getState: () => LiveState
  /** Opens it; call what is returned to close it. */
  open: () => () => void
}

const staleAfterMs = 20_000
const hiddenForMs = 60_000
const pausesMs = [1_000, 2_000, 5_000, 10_000]

export function makeEventStream(options: EventStreamOptions): EventStream {
  const listeners = new Set<() => void>()
  let state: LiveState = { kind: 'connecting' }
  let lastEventId: string | undefined
  let failures = 0
  let unsubscribe: (() => void) | undefined
  let retryTimer: ReturnType<typeof setTimeout> | undefined
  let staleTimer: ReturnType<typeof setTimeout> | undefined
  let hideTimer: ReturnType<typeof setTimeout> | undefined

  const setState = (next: LiveState) => {
    state = next
    for (const listener of listeners) listener()
  }
  const beLive = () => {
    clearTimeout(staleTimer)
    staleTimer = undefined
    failures = 0
    if (state.kind !== 'live') setState({ kind: 'live' })
  }
  const beLost = () => {
    if (state.kind === 'stale' || state.kind === 'reconnecting') return
    const sinceMs = Date.now()
    if (state.kind === 'live') setState({ kind: 'reconnecting', sinceMs })
    staleTimer ??= setTimeout(() => setState({ kind: 'stale', sinceMs }), staleAfterMs)
  }

  const connect = () => {
    clearTimeout(retryTimer)
    unsubscribe?.()
    beLost()
    const input = lastEventId === undefined ? {} : { lastEventId }
    const subscription = options.client.events.stream.subscribe(input, {
      onStarted() {
        if (lastEventId === undefined) options.onFreshStart()
        beLive()
      },
      onData(told) {
        beLive()
        // Kept events come as {id, data}, live figures bare.
        if ('kind' in told) return options.onEvent(told)
        lastEventId = told.id
        options.onEvent(told.data)
      },
      onConnectionStateChange(change) {
        if (change.state === 'connecting') beLost()
      },
      onError: () => void recover(),
    })
    unsubscribe = () => subscription.unsubscribe()
  }

  /** Why it was refused is not in the browser's event, so the panel is asked who we are. */
  const recover = async () => {
    beLost()
    const pause = pausesMs[Math.min(failures++, pausesMs.length - 1)]
    try {
      await options.client.user.me.query()
    } catch (error) {
      if (hasCode(error, 'SESSION_REQUIRED')) return options.onSignedOut()
    }
    clearTimeout(retryTimer)
    if (unsubscribe) retryTimer = setTimeout(connect, pause)
  }

  const close = () => {
    unsubscribe?.()
    unsubscribe = undefined
    for (const timer of [retryTimer, staleTimer, hideTimer]) clearTimeout(timer)
    staleTimer = undefined
  }
  const onVisibility = () => {
    clearTimeout(hideTimer)
    if (document.visibilityState === 'hidden') hideTimer = setTimeout(close, hiddenForMs)
    else if (!unsubscribe) connect()
  }

  return {
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    getState: () => state,
    open() {
      connect()
      document.addEventListener('visibilitychange', onVisibility)
      return () => {
        document.removeEventListener('visibilitychange', onVisibility)
        close()
      }
    },
  }
}
