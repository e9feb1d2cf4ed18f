/**
 * One tab's stream of events: opens it, opens it again where it stopped, and says how far the page can be trusted.
 *
 * The browser itself repeats a connection that broke (and sends the last id). What it gives up on, an answer that is no
 * stream, is repeated here with growing pauses, and so is what nobody repeats: a stream that the panel ended (it stops, or
 * this reader was too slow), and a connection that is neither taken nor refused. Only the panel knows what this tab missed,
 * and says `stream.reset` where it cannot tell it; so nothing is assumed here. A tab that nobody looks at lets its connection go after a while: over
 * HTTP/1.1 a browser has six per origin, and six forgotten tabs would block the seventh.
 */
import type { PanelEvent } from '@berth/core/events/panel-events'
import type { PanelClient } from '../trpc/trpc-client.ts'
import { hasCode } from '../wire-error.ts'
import type { LiveState } from './live-state.ts'

export interface EventStreamOptions {
  client: PanelClient
  onEvent: (event: PanelEvent) => void
  /** The stream is open now, or is not any more. */
  onLive: (isLive: boolean) => void
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
    if (state.kind === 'live') return
    setState({ kind: 'live' })
    options.onLive(true)
  }
  const beLost = () => {
    if (state.kind === 'stale' || state.kind === 'reconnecting') return
    const sinceMs = Date.now()
    if (state.kind === 'live') {
      setState({ kind: 'reconnecting', sinceMs })
      options.onLive(false)
    }
    const beStale = () => {
      if (state.kind !== 'stale') setState({ kind: 'stale', sinceMs })
      // Whatever it waits for has not come in this time, so it is begun anew: a laptop that slept, a panel that hangs.
      staleTimer = setTimeout(beStale, staleAfterMs)
      connect()
    }
    staleTimer ??= setTimeout(beStale, staleAfterMs)
  }

  const letGo = () => {
    const last = unsubscribe
    unsubscribe = undefined
    last?.()
  }
  const connect = () => {
    clearTimeout(retryTimer)
    letGo()
    beLost()
    const input = lastEventId === undefined ? {} : { lastEventId }
    const subscription = options.client.events.stream.subscribe(input, {
      onStarted: beLive,
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
      onError() {
        askWhoWeAre()
        if (unsubscribe === end) connectSoon()
      },
      // Also called for one that was let go of here.
      onComplete() {
        if (unsubscribe === end) connectSoon()
      },
    })
    const end = () => subscription.unsubscribe()
    unsubscribe = end
  }
  const connectSoon = () => {
    beLost()
    clearTimeout(retryTimer)
    retryTimer = setTimeout(connect, pausesMs[Math.min(failures++, pausesMs.length - 1)])
  }

  /** Why it was refused is not in the browser's event. Not waited for: the panel may have no answer to this either. */
  const askWhoWeAre = () => {
    options.client.user.me.query().catch((error: unknown) => {
      if (hasCode(error, 'SESSION_REQUIRED')) options.onSignedOut()
    })
  }

  const close = () => {
    letGo()
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
