'use client'
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { usePathname, useSearchParams } from 'next/navigation'
import { useCallback, useMemo } from 'react'
import { paths } from '../../lib/paths.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { formatVmFilter } from './vm-filter.ts'
import { askOf, formatSort, type KnownNames, readVmListView, type VmListView } from './vm-list-query.ts'

const nobody: KnownNames = { hosts: [], images: [] }

/** The list that the address asks for, page by page. */
export function useVmList() {
  const trpc = useTRPC()
  const search = useSearchParams()
  const view = useMemo(() => readVmListView(search), [search])
  const names = useKnownNames()
  const { input, unknown } = useMemo(() => askOf(view, names), [view, names])
  const query = useInfiniteQuery({
    ...trpc.vm.list.infiniteQueryOptions(input, { getNextPageParam: (page) => page.nextCursor }),
    placeholderData: keepPreviousData,
  })
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data])
  return { view, names, unknown, query, rows, key: JSON.stringify(input) }
}

/** Hosts are the administrators' to see; for others the filter offers none. */
function useKnownNames(): KnownNames {
  const trpc = useTRPC()
  const { data: me } = useQuery(trpc.user.me.queryOptions())
  const { data: hosts } = useQuery(trpc.host.list.queryOptions({ limit: 200 }, { enabled: me?.role === 'admin' }))
  const { data: images } = useQuery(trpc.image.list.queryOptions({ limit: 200 }))
  return useMemo(
    () => (hosts || images ? { hosts: hosts?.items ?? [], images: images?.items ?? [] } : nobody),
    [hosts, images],
  )
}

/** Writes filter and order into the address without asking the server for the page again. */
export function useSetVmListView(view: VmListView) {
  const pathname = usePathname()
  return useCallback(
    (change: Partial<VmListView>) => {
      const { filter, sort } = { ...view, ...change }
      const href = paths.machines({ filter: formatVmFilter(filter), sort: formatSort(sort) })
      if (pathname === paths.machines()) window.history.replaceState(null, '', href)
    },
    [view, pathname],
  )
}
