import type { Metadata } from 'next'
import { Dashboard } from '../../features/dashboard/dashboard.tsx'
import {
  allInput,
  countsInput,
  failedInput,
  recentInput,
  troubledInput,
} from '../../features/dashboard/dashboard-inputs.ts'
import { paths } from '../../lib/paths.ts'
import { Hydrate } from '../../lib/trpc/hydrate.tsx'
import { requireViewer, serverQueries } from '../../lib/trpc/server-queries.ts'

export const metadata: Metadata = { title: 'Dashboard' }
export const dynamic = 'force-dynamic'

export default async function DashboardPage() {
  const viewer = await requireViewer(paths.dashboard())
  const { queryClient, trpc } = await serverQueries()
  await Promise.all([
    queryClient.prefetchQuery(trpc.vm.counts.queryOptions(countsInput)),
    queryClient.prefetchQuery(trpc.vm.list.queryOptions(troubledInput)),
    queryClient.prefetchQuery(trpc.operation.list.queryOptions(failedInput)),
    queryClient.prefetchQuery(trpc.operation.list.queryOptions(recentInput)),
    queryClient.prefetchQuery(trpc.image.list.queryOptions(allInput)),
    viewer.isAdmin ? queryClient.prefetchQuery(trpc.host.list.queryOptions(allInput)) : null,
  ])
  return (
    <Hydrate client={queryClient}>
      <Dashboard isAdmin={viewer.isAdmin} />
    </Hydrate>
  )
}
