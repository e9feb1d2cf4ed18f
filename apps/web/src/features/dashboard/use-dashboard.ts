'use client'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { attentionOf } from './attention.ts'
import { allInput, failedInput, recentInput, troubledInput } from './dashboard-inputs.ts'

const dayMs = 86_400_000

/** All that the dashboard shows; events keep it true. */
export function useDashboard(isAdmin: boolean) {
  const trpc = useTRPC()
  const troubled = useQuery(trpc.vm.list.queryOptions(troubledInput))
  const failed = useQuery(trpc.operation.list.queryOptions(failedInput))
  const recent = useQuery(trpc.operation.list.queryOptions(recentInput))
  const hosts = useQuery(trpc.host.list.queryOptions(allInput, { enabled: isAdmin }))
  const images = useQuery(trpc.image.list.queryOptions(allInput))
  const vms = useInfiniteQuery(
    trpc.vm.list.infiniteQueryOptions(allInput, { getNextPageParam: (page) => page.nextCursor }),
  )
  // Counts are of all machines: the pages are read one after the other.
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = vms
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  const rows = useMemo(() => vms.data?.pages.flatMap((page) => page.items) ?? [], [vms.data])
  const attention = useMemo(() => {
    const since = Date.now() - dayMs
    return attentionOf({
      vms: troubled.data?.items ?? [],
      hosts: hosts.data?.items ?? [],
      operations: (failed.data?.items ?? []).filter(({ createdAt }) => Date.parse(createdAt) > since),
    })
  }, [troubled.data, hosts.data, failed.data])
  return { vms, rows, recent, hosts, images, attention, isCounting: hasNextPage }
}
