import type { Metadata } from 'next'
import { AdminsOnly } from '../../../features/hosts/admins-only.tsx'
import { hostListInput } from '../../../features/hosts/host-list-query.ts'
import { HostsScreen } from '../../../features/hosts/hosts-screen.tsx'
import { paths } from '../../../lib/paths.ts'
import { Hydrate } from '../../../lib/trpc/hydrate.tsx'
import { requireViewer, serverQueries } from '../../../lib/trpc/server-queries.ts'

export const metadata: Metadata = { title: 'Hosts' }

export default async function HostsPage() {
  const viewer = await requireViewer(paths.hosts())
  if (!viewer.isAdmin) return <AdminsOnly what="Hosts" />
  const { queryClient, trpc } = await serverQueries()
  await queryClient.prefetchInfiniteQuery(
    trpc.host.list.infiniteQueryOptions(hostListInput, { getNextPageParam: (page) => page.nextCursor }),
  )
  return (
    <Hydrate client={queryClient}>
      <HostsScreen />
    </Hydrate>
  )
}
