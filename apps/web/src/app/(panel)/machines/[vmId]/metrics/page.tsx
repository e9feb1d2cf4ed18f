import type { Metadata } from 'next'
import { MachineMetrics } from '../../../../../features/machine/machine-metrics.tsx'
import { paths } from '../../../../../lib/paths.ts'
import { requireViewer } from '../../../../../lib/trpc/server-queries.ts'

export const metadata: Metadata = { title: 'Metrics' }

export default async function MachineMetricsPage({ params }: { params: Promise<{ vmId: string }> }) {
  const { vmId } = await params
  await requireViewer(paths.machine(vmId, 'metrics'))
  return <MachineMetrics vmId={vmId} />
}
