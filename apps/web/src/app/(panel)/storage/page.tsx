import type { Metadata } from 'next'
import { AdminsOnly } from '../../../features/hosts/admins-only.tsx'
import { poolListInput } from '../../../features/pools/pool-list-query.ts'
import { PoolsScreen } from '../../../features/pools/pools-screen.tsx'
import { paths } from '../../../lib/paths.ts'
import { Hydrate } from '../../../lib/trpc/hydrate.tsx'
import { requireViewer, serverQueries } from '../../../lib/trpc/server-queries.ts'

export const metadata: Metadata = { title: 'Storage' }

export default async function StoragePage() {
  const viewer = await requireViewer(paths.storage())
  if (!viewer.isAdmin) return <AdminsOnly what="Storage pools" />
  const { queryClient, trpc } = await serverQueries()
  await queryClient.prefetchInfiniteQuery(
    trpc.pool.list.infiniteQueryOptions(poolListInput, { getNextPageParam: (page) => page.nextCursor }),
  )
  return (
    <Hydrate client={queryClient}>
      <PoolsScreen />
    </Hydrate>
  )
}
