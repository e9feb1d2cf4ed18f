import type { Metadata } from 'next'
import { MachineActivity } from '../../../../../features/machine/machine-activity.tsx'
import { paths } from '../../../../../lib/paths.ts'
import { requireViewer } from '../../../../../lib/trpc/server-queries.ts'

export const metadata: Metadata = { title: 'Activity' }

export default async function MachineActivityPage({ params }: { params: Promise<{ vmId: string }> }) {
  const { vmId } = await params
  await requireViewer(paths.machine(vmId, 'activity'))
  return <MachineActivity vmId={vmId} />
}
