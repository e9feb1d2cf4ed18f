import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { MachineExpert } from '../../../../../features/machine/machine-expert.tsx'
import { paths } from '../../../../../lib/paths.ts'
import { requireViewer } from '../../../../../lib/trpc/server-queries.ts'

export const metadata: Metadata = { title: 'Expert' }

export default async function MachineExpertPage({ params }: { params: Promise<{ vmId: string }> }) {
  const { vmId } = await params
  const viewer = await requireViewer(paths.machine(vmId, 'expert'))
  if (!viewer.isAdmin) notFound()
  return <MachineExpert vmId={vmId} />
}
