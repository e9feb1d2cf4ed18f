'use client'
import type { PanelEvent } from '@berth/core/events/panel-events'
import { useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { createContext, type ReactNode, use, useEffect, useEffectEvent, useState, useSyncExternalStore } from 'react'
import { paths } from '../paths.ts'
import { leaveToSignIn } from '../trpc/panel-provider.tsx'
import { useTRPC, useTRPCClient } from '../trpc/trpc-context.ts'
import { type EventStream, makeEventStream } from './event-stream.ts'
import { makeFailureTeller } from './failure-toasts.ts'
import { type LiveBucket, type LiveSamples, makeLiveSamples, type NewestSample } from './live-samples.ts'
import type { LiveState } from './live-state.ts'
import { patchCache } from './patch-cache.ts'
import { makeRecentEvents } from './recent-events.ts'

interface LivePanel {
  stream: EventStream
  samples: LiveSamples
  /** Ids of what the page shows in full; their failures need no toast. */
  onScreen: Map<string, number>
}

const LiveContext = createContext<LivePanel | null>(null)

function useLivePanel(): LivePanel {
  const live = use(LiveContext)
  if (!live) throw new Error('live data outside of EventsProvider')
  return live
}

/** Keeps the query cache true: one stream per tab. Inside PanelProvider, around every page behind the sign-in. */
export function EventsProvider({ viewerId, children }: { viewerId: string; children: ReactNode }) {
  const queryClient = useQueryClient()
  const trpc = useTRPC()
  const client = useTRPCClient()
  const router = useRouter()
  const [live] = useState(() => {
    const samples = makeLiveSamples()
    const onScreen = new Map<string, number>()
    const apply = (event: PanelEvent) => patchCache({ queryClient, trpc }, event)
    const recent = makeRecentEvents(queryClient, apply)
    const tellFailure = makeFailureTeller({
      viewerId,
      isOnScreen: (id) => onScreen.has(id),
      openTask: (operationId) => router.push(paths.task(operationId)),
    })
    const stream = makeEventStream({
      client,
      onEvent(event) {
        recent.tell(event)
        if (event.kind === 'gauges') samples.add(event)
        if (event.kind === 'operation.changed') tellFailure(event.operation)
      },
      onLive: recent.setLive,
      onSignedOut: leaveToSignIn,
    })
    return { stream, samples, onScreen, recent }
  })
  useEffect(() => {
    const unwatch = live.recent.watch()
    const close = live.stream.open()
    return () => {
      close()
      unwatch()
    }
  }, [live])
  return <LiveContext value={live}>{children}</LiveContext>
}

/** Whether what is shown follows the truth right now. */
export function useLiveState(): LiveState {
  const { stream } = useLivePanel()
  return useSyncExternalStore(stream.subscribe, stream.getState, stream.getState)
}

/** A machine's last 15 minutes as this tab has seen them, in buckets of 15 s, oldest first. */
export function useLiveHistory(vmId: string): readonly LiveBucket[] {
  const { samples } = useLivePanel()
  const read = () => samples.historyOf(vmId)
  return useSyncExternalStore(samples.subscribe, read, read)
}

/** Calls with each sample of a machine that comes while mounted, once, for charts that append it to what they read. */
export function useLiveSample(vmId: string, onSample: (newest: NewestSample) => void): void {
  const { samples } = useLivePanel()
  const tell = useEffectEvent(onSample)
  useEffect(() => {
    let told = samples.newestOf(vmId)
    return samples.subscribe(() => {
      const newest = samples.newestOf(vmId)
      if (newest === null || newest === told) return
      told = newest
      tell(newest)
    })
  }, [samples, vmId])
}

/** While mounted, failures of tasks on this object make no toast: the page shows them itself. */
export function useOnScreen(id: string): void {
  const { onScreen } = useLivePanel()
  useEffect(() => {
    onScreen.set(id, (onScreen.get(id) ?? 0) + 1)
    return () => {
      const left = (onScreen.get(id) ?? 1) - 1
      if (left > 0) onScreen.set(id, left)
      else onScreen.delete(id)
    }
  }, [onScreen, id])
}
