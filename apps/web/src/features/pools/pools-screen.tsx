'use client'
import { Button } from '@berth/ui/button'
import { EmptyState } from '@berth/ui/empty-state'
import { LoadMore } from '@berth/ui/load-more'
import { PageHeader } from '@berth/ui/page-header'
import { Skeleton } from '@berth/ui/skeleton'
import { useInfiniteQuery } from '@tanstack/react-query'
import { FolderSync, Plus } from 'lucide-react'
import { useState } from 'react'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { QueryError } from '../shell/query-error.tsx'
import { AddPoolDialog } from './add-pool-dialog.tsx'
import { OwnPools } from './own-pools.tsx'
import { poolListInput } from './pool-list-query.ts'
import { SharedPoolCard } from './shared-pool-card.tsx'

/** All pools: those that hosts share, which machines can move over, and each host's own. */
export function PoolsScreen() {
  const [isAdding, setIsAdding] = useState(false)
  const addButton = (
    <Button variant="primary" onClick={() => setIsAdding(true)}>
      <Plus aria-hidden />
      Add shared pool
    </Button>
  )
  return (
    <div className="flex flex-col gap-4">
      <PageHeader title="Storage" meta="Where disks and images lie" actions={addButton} />
      <PoolLists onAdd={() => setIsAdding(true)} />
      <AddPoolDialog open={isAdding} onOpenChange={setIsAdding} />
    </div>
  )
}

function PoolLists({ onAdd }: { onAdd: () => void }) {
  const trpc = useTRPC()
  const query = useInfiniteQuery({
    ...trpc.pool.list.infiniteQueryOptions(poolListInput, { getNextPageParam: (page) => page.nextCursor }),
    // Its room changes with every write of a guest; events tell only what hosts say of themselves.
    refetchOnMount: 'always',
  })
  if (query.isPending) return <Skeleton className="h-40 rounded-lg" />
  if (query.isError) return <QueryError query={query} />
  const pools = query.data.pages.flatMap((page) => page.items)
  const shared = pools.filter(({ poolId }) => poolId !== null)
  const own = pools.filter(({ poolId }) => poolId === null)
  return (
    <>
      <section aria-label="Shared pools" className="flex flex-col gap-3">
        {shared.map((pool) => (
          <SharedPoolCard key={pool.poolId} pool={pool} />
        ))}
        {shared.length === 0 && (
          <div className="border-line bg-surface rounded-lg border shadow-xs">
            <EmptyState
              icon={<FolderSync />}
              title="No pool is shared yet"
              action={<Button onClick={onAdd}>Add shared pool</Button>}
            >
              A machine moves live between hosts that see its disks: a directory on NFS, or on a cluster file system.
            </EmptyState>
          </div>
        )}
      </section>
      {own.length > 0 && <OwnPools pools={own} />}
      {query.hasNextPage && (
        <LoadMore
          shown={pools.length}
          hasMore
          loading={query.isFetchingNextPage}
          onLoadMore={() => void query.fetchNextPage()}
        />
      )}
    </>
  )
}
