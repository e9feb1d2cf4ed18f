'use client'
import { Skeleton } from '@berth/ui/skeleton'
import dynamic from 'next/dynamic'
import { WithMachine } from './with-machine.tsx'

const MetricsView = dynamic(() => import('../metrics/metrics-view.tsx').then((module) => module.MetricsView), {
  ssr: false,
  loading: () => <Skeleton className="h-96 rounded-lg" />,
})

export function MachineMetrics({ vmId }: { vmId: string }) {
  return <WithMachine vmId={vmId}>{(vm) => <MetricsView vm={vm} />}</WithMachine>
}
