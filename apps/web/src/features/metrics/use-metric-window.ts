'use client'
import { vmIdSchema } from '@berth/core/ids/ids'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useLiveSample } from '../../lib/events/events-provider.tsx'
import { useTRPCClient } from '../../lib/trpc/trpc-context.ts'
import { pointsOf, type TimeSpan } from './metric-ranges.ts'
import { appendSample, liveSampleOf, type MetricWindow, windowOf } from './metric-window.ts'

/**
 * A machine's history over a range that ends now and goes on by itself, or over a span that stands still. The window lies in
 * the query cache, where live samples are written into it; it is read anew when the stream of events had to start afresh.
 */
export function useMetricWindow(vmId: string, rangeMs: number, zoom: TimeSpan | null) {
  const client = useTRPCClient()
  const queryClient = useQueryClient()
  const spanMs = zoom ? zoom.toMs - zoom.fromMs : rangeMs
  const queryKey = ['machine-metrics', vmId, zoom ?? rangeMs] as const

  useLiveSample(vmId, ({ atMs, sample }) => {
    if (zoom) return
    const live = liveSampleOf(sample, atMs)
    queryClient.setQueryData<MetricWindow>(queryKey, (window) => window && appendSample(window, live, spanMs))
  })

  return useQuery({
    queryKey,
    queryFn: async () => {
      const nowMs = Date.now()
      const { fromMs, toMs } = zoom ?? { fromMs: nowMs - spanMs, toMs: nowMs }
      const query = { fromMs, toMs, maxPoints: pointsOf(spanMs) }
      return windowOf(await client.vm.metrics.query({ vmId: vmIdSchema.parse(vmId), query }), nowMs)
    },
    // While nobody looks no samples are appended, so what was kept from the last look has a hole at its end.
    refetchOnMount: 'always',
    gcTime: 60_000,
  })
}
