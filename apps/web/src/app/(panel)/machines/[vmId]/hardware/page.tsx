import type { Metadata } from 'next'
import { MachineHardware } from '../../../../../features/machine/machine-hardware.tsx'
import { paths } from '../../../../../lib/paths.ts'
import { requireViewer } from '../../../../../lib/trpc/server-queries.ts'

export const metadata: Metadata = { title: 'Hardware' }

export default async function MachineHardwarePage({ params }: { params: Promise<{ vmId: string }> }) {
  const { vmId } = await params
  await requireViewer(paths.machine(vmId, 'hardware'))
  return <MachineHardware vmId={vmId} />
}
