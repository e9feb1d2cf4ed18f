import { hostIdSchema } from '@berth/core/ids/ids'
import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { AdminsOnly } from '../../../../features/hosts/admins-only.tsx'
import { HostScreen } from '../../../../features/hosts/host-screen.tsx'
import { paths } from '../../../../lib/paths.ts'
import { Hydrate } from '../../../../lib/trpc/hydrate.tsx'
import { orNotFound, requireViewer, serverQueries } from '../../../../lib/trpc/server-queries.ts'

export const metadata: Metadata = { title: 'Host' }

export default async function HostPage({ params }: { params: Promise<{ hostId: string }> }) {
  const { hostId } = await params
  if (!hostIdSchema.safeParse(hostId).success) notFound()
  const viewer = await requireViewer(paths.host(hostId))
  if (!viewer.isAdmin) return <AdminsOnly what="Hosts" />
  const { queryClient, trpc } = await serverQueries()
  await orNotFound(queryClient.fetchQuery(trpc.host.get.queryOptions({ hostId })))
  return (
    <Hydrate client={queryClient}>
      <HostScreen hostId={hostId} />
    </Hydrate>
  )
}
