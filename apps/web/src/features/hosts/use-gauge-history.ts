'use client'
import { hostIdSchema } from '@berth/core/ids/ids'
import type { HostView } from '@berth/core/host/host'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useTRPCClient } from '../../lib/trpc/trpc-context.ts'
import { addPoint, type GaugePoint, pointOfGauges, pointsOfAnswer, shownMs } from './gauge-history.ts'

const pointCount = 150

/** A host's last quarter of an hour: read once from its agent, carried on by the live gauges in the query cache. */
export function useGaugeHistory({ hostId, gauges }: HostView): readonly GaugePoint[] {
  const client = useTRPCClient()
  const queryClient = useQueryClient()
  const { data } = useQuery({
    queryKey: ['host-gauges', hostId],
    queryFn: async (): Promise<readonly GaugePoint[]> => {
      const toMs = Date.now()
      const query = { fromMs: toMs - shownMs, toMs, maxPoints: pointCount }
      return pointsOfAnswer(await client.host.metrics.query({ hostId: hostIdSchema.parse(hostId), query }))
    },
    refetchOnMount: 'always',
    retry: false,
  })
  useEffect(() => {
    if (gauges === null) return
    const point = pointOfGauges(gauges)
    queryClient.setQueryData<readonly GaugePoint[]>(['host-gauges', hostId], (points) => addPoint(points ?? [], point))
  }, [queryClient, hostId, gauges])
  return data ?? []
}
