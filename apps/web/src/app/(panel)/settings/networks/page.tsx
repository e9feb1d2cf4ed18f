import { AdminsOnly } from '../../../../features/hosts/admins-only.tsx'
import { networkListInput } from '../../../../features/networks/network-list-query.ts'
import { NetworksScreen } from '../../../../features/networks/networks-screen.tsx'
import { paths } from '../../../../lib/paths.ts'
import { Hydrate } from '../../../../lib/trpc/hydrate.tsx'
import { requireViewer, serverQueries } from '../../../../lib/trpc/server-queries.ts'

export default async function NetworksPage() {
  const viewer = await requireViewer(paths.settings('networks'))
  if (!viewer.isAdmin) return <AdminsOnly what="Networks" />
  const { queryClient, trpc } = await serverQueries()
  await queryClient.prefetchInfiniteQuery(
    trpc.network.list.infiniteQueryOptions(networkListInput, { getNextPageParam: (page) => page.nextCursor }),
  )
  return (
    <Hydrate client={queryClient}>
      <NetworksScreen />
    </Hydrate>
  )
}
