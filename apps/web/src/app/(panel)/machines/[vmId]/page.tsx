import { MachineOverview } from '../../../../features/machine/machine-overview.tsx'
import { paths } from '../../../../lib/paths.ts'
import { requireViewer } from '../../../../lib/trpc/server-queries.ts'

export default async function MachineOverviewPage({ params }: { params: Promise<{ vmId: string }> }) {
  const { vmId } = await params
  await requireViewer(paths.machine(vmId))
  return <MachineOverview vmId={vmId} />
}
