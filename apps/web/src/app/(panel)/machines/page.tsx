import type { Metadata } from 'next'
import { MachineList } from '../../../features/machines/machine-list.tsx'
import { filterInput, listInput, readVmListView } from '../../../features/machines/vm-list-query.ts'
import { paths } from '../../../lib/paths.ts'
import { Hydrate } from '../../../lib/trpc/hydrate.tsx'
import { requireViewer, serverQueries } from '../../../lib/trpc/server-queries.ts'

export const metadata: Metadata = { title: 'Machines' }
export const dynamic = 'force-dynamic'

interface MachinesPageProps {
  searchParams: Promise<{ filter?: string | string[]; sort?: string | string[] }>
}

export default async function MachinesPage({ searchParams }: MachinesPageProps) {
  const { filter, sort } = await searchParams
  const query = { filter: oneOf(filter), sort: oneOf(sort) }
  await requireViewer(paths.machines(query))
  const { queryClient, trpc } = await serverQueries()
  const view = readVmListView({ get: (name) => (name === 'filter' ? query.filter : query.sort) ?? null })
  await Promise.all([
    queryClient.prefetchQuery(trpc.user.me.queryOptions()),
    queryClient.prefetchQuery(trpc.vm.savedFilters.queryOptions()),
    queryClient.prefetchQuery(trpc.vm.counts.queryOptions({ filter: filterInput(view.filter) })),
    queryClient.prefetchInfiniteQuery(
      trpc.vm.list.infiniteQueryOptions(listInput(view), { getNextPageParam: (page) => page.nextCursor }),
    ),
  ])
  return (
    <Hydrate client={queryClient}>
      <MachineList />
    </Hydrate>
  )
}

const oneOf = (value: string | string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined
