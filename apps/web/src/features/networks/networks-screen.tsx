'use client'
import { Button } from '@berth/ui/button'
import { Card } from '@berth/ui/card'
import { DataTable, HeaderCell, TableHead, TableScroll } from '@berth/ui/data-table'
import { LoadMore } from '@berth/ui/load-more'
import { Skeleton } from '@berth/ui/skeleton'
import type { NetworkView } from '@berth/core/network/network'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { hostListInput } from '../hosts/host-list-query.ts'
import { QueryError } from '../shell/query-error.tsx'
import { AddNetworkDialog } from './add-network-dialog.tsx'
import { DeleteNetwork } from './delete-network.tsx'
import { networkListInput } from './network-list-query.ts'
import { NetworkRow } from './network-row.tsx'

/** Networks that machines can be put on. Read anew on each visit: no event tells of them, and they change rarely. */
export function NetworksScreen() {
  const trpc = useTRPC()
  const [isAdding, setIsAdding] = useState(false)
  const [deleting, setDeleting] = useState<NetworkView | null>(null)
  const query = useInfiniteQuery({
    ...trpc.network.list.infiniteQueryOptions(networkListInput, { getNextPageParam: (page) => page.nextCursor }),
    refetchOnMount: 'always',
  })
  const hosts = useInfiniteQuery(
    trpc.host.list.infiniteQueryOptions(hostListInput, { getNextPageParam: (page) => page.nextCursor }),
  ).data?.pages.flatMap((page) => page.items)
  const networks = query.data?.pages.flatMap((page) => page.items)
  return (
    <Card
      title="Networks"
      description="What machines can be connected to"
      flush
      actions={
        <Button variant="primary" size="sm" onClick={() => setIsAdding(true)}>
          <Plus aria-hidden />
          Add network
        </Button>
      }
    >
      {networks === undefined && query.error === null && <Skeleton className="m-4 h-24" />}
      {networks === undefined && query.error !== null && <QueryError query={query} />}
      {networks !== undefined && (
        <TableScroll label="Networks">
          <DataTable label="Networks">
            <TableHead>
              <HeaderCell>Network</HeaderCell>
              <HeaderCell className="max-sm:hidden">Kind</HeaderCell>
              <HeaderCell className="max-sm:hidden">On</HeaderCell>
              <HeaderCell align="right" className="max-sm:hidden">
                Machines
              </HeaderCell>
              <HeaderCell>
                <span className="sr-only">Actions</span>
              </HeaderCell>
            </TableHead>
            <tbody>
              {networks.map((network) => (
                <NetworkRow
                  key={network.networkId}
                  network={network}
                  hosts={hosts}
                  onDelete={() => setDeleting(network)}
                />
              ))}
            </tbody>
          </DataTable>
        </TableScroll>
      )}
      {query.hasNextPage && (
        <LoadMore
          shown={networks?.length ?? 0}
          hasMore
          loading={query.isFetchingNextPage}
          onLoadMore={() => void query.fetchNextPage()}
        />
      )}
      <AddNetworkDialog open={isAdding} onOpenChange={setIsAdding} hosts={hosts ?? []} />
      <DeleteNetwork network={deleting} onClose={() => setDeleting(null)} />
    </Card>
  )
}
