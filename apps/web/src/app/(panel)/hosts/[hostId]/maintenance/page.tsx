import { hostIdSchema } from '@berth/core/ids/ids'
import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { AdminsOnly } from '../../../../../features/hosts/admins-only.tsx'
import { MaintenanceScreen } from '../../../../../features/maintenance/maintenance-screen.tsx'
import { paths } from '../../../../../lib/paths.ts'
import { Hydrate } from '../../../../../lib/trpc/hydrate.tsx'
import { orNotFound, requireViewer, serverQueries } from '../../../../../lib/trpc/server-queries.ts'

export const metadata: Metadata = { title: 'Maintenance' }

export default async function MaintenancePage({ params }: { params: Promise<{ hostId: string }> }) {
  const { hostId } = await params
  if (!hostIdSchema.safeParse(hostId).success) notFound()
  const viewer = await requireViewer(paths.hostMaintenance(hostId))
  if (!viewer.isAdmin) return <AdminsOnly what="Hosts" />
  const { queryClient, trpc } = await serverQueries()
  await orNotFound(queryClient.fetchQuery(trpc.host.get.queryOptions({ hostId })))
  await queryClient.prefetchQuery(trpc.maintenance.get.queryOptions({ hostId }))
  return (
    <Hydrate client={queryClient}>
      <MaintenanceScreen hostId={hostId} />
    </Hydrate>
  )
}
