import type { Metadata } from 'next'
import { MachineConsole } from '../../../../../features/machine/machine-console.tsx'
import { paths } from '../../../../../lib/paths.ts'
import { requireViewer } from '../../../../../lib/trpc/server-queries.ts'

export const metadata: Metadata = { title: 'Console' }

export default async function MachineConsolePage({ params }: { params: Promise<{ vmId: string }> }) {
  const { vmId } = await params
  await requireViewer(paths.machine(vmId, 'console'))
  return <MachineConsole vmId={vmId} />
}
