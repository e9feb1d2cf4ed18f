import type { Metadata } from 'next'
import { MachineList } from '../../../features/machines/machine-list.tsx'
import { askOf, readVmListView } from '../../../features/machines/vm-list-query.ts'
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
  const viewer = await requireViewer(paths.machines(query))
  const { queryClient, trpc, api } = await serverQueries()
  const [images, hosts] = await Promise.all([
    api.image.list({ limit: 200 }),
    viewer.isAdmin ? api.host.list({ limit: 200 }) : null,
  ])
  queryClient.setQueryData(trpc.image.list.queryKey({ limit: 200 }), images)
  if (hosts) queryClient.setQueryData(trpc.host.list.queryKey({ limit: 200 }), hosts)
  const view = readVmListView({ get: (name) => (name === 'filter' ? query.filter : query.sort) ?? null })
  const { input } = askOf(view, { hosts: hosts?.items ?? [], images: images.items })
  await Promise.all([
    queryClient.prefetchQuery(trpc.user.me.queryOptions()),
    queryClient.prefetchInfiniteQuery(
      trpc.vm.list.infiniteQueryOptions(input, { getNextPageParam: (page) => page.nextCursor }),
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
