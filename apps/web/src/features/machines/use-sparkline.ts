'use client'
import type { VmView } from '@berth/core/vm/vm-view'
import { useNow } from '@berth/ui/ticking-clock'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useLiveHistory } from '../../lib/events/events-provider.tsx'
import { bucketCount, bucketMs } from '../../lib/events/live-samples.ts'
import { useTRPCClient } from '../../lib/trpc/trpc-context.ts'
import { type SparklineValues, sparklineValues } from './sparkline-values.ts'

const windowMs = bucketCount * bucketMs

/** The last 15 minutes of a machine that is on; null for one that is off. */
export function useSparkline(vm: VmView): SparklineValues | null {
  const client = useTRPCClient()
  const isOn = vm.run !== null
  const live = useLiveHistory(vm.vmId)
  const { data: kept } = useQuery({
    // Read once per machine; events carry on from there.
    queryKey: ['machine-list', 'kept', vm.vmId],
    queryFn: () => {
      const toMs = Date.now()
      const query = { fromMs: toMs - windowMs, toMs, maxPoints: bucketCount * 2 }
      return client.vm.metrics.query({ vmId: vm.vmId, query })
    },
    enabled: isOn && vm.state !== 'unknown',
    retry: false,
  })
  const now = useNow()
  const tick = now === null ? null : Math.floor(now / bucketMs) * bucketMs
  return useMemo(() => (isOn && tick !== null ? sparklineValues(kept, live, tick) : null), [isOn, kept, live, tick])
}
