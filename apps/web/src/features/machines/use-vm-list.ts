'use client'
import type { AppRouter } from '@berth/api/root'
import type { VmFilter } from '@berth/core/vm/vm-filter'
import { fitsVmFilter } from '@berth/core/vm/vm-filter-match'
import type { VmView } from '@berth/core/vm/vm-view'
import { type InfiniteData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type { inferRouterOutputs } from '@trpc/server'
import { usePathname, useSearchParams } from 'next/navigation'
import { useCallback, useMemo } from 'react'
import { paths } from '../../lib/paths.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import type { KnownValues } from './filter-suggestions.ts'
import { listInput, readVmListView, vmListAddress, type VmListView } from './vm-list-query.ts'

type Page = inferRouterOutputs<AppRouter>['vm']['list']

/** The list that the address asks for, page by page. */
export function useVmList() {
  const trpc = useTRPC()
  const search = useSearchParams()
  const view = useMemo(() => readVmListView(search), [search])
  const input = useMemo(() => listInput(view), [view])
  const query = useInfiniteQuery({
    ...trpc.vm.list.infiniteQueryOptions(input, {
      getNextPageParam: (page) => page.nextCursor,
      // What was typed over is not waited for, and nothing that is asked with it either.
      trpc: { abortOnUnmount: true, context: { isAlone: true } },
    }),
    placeholderData: (previous) => fittingPages(previous, view.filter),
  })
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data])
  return { view, query, rows, known: useKnownValues(rows), key: JSON.stringify(input) }
}

/** Until the panel answers: those of the rows on screen that fit what was just typed, or all, as others may fit. */
function fittingPages<P>(
  previous: InfiniteData<Page, P> | undefined,
  filter: VmFilter,
): InfiniteData<Page, P> | undefined {
  if (previous === undefined) return undefined
  const pages = previous.pages.map((page) => ({ ...page, items: page.items.filter((vm) => fitsVmFilter(filter, vm)) }))
  return pages.some((page) => page.items.length > 0) ? { ...previous, pages } : previous
}

/** Names to complete with. Hosts are the administrators' to see; tags and owners are those of the rows that were read. */
function useKnownValues(rows: readonly VmView[]): KnownValues {
  const trpc = useTRPC()
  const { data: me } = useQuery(trpc.user.me.queryOptions())
  const { data: hosts } = useQuery(trpc.host.list.queryOptions({ limit: 200 }, { enabled: me?.role === 'admin' }))
  const { data: images } = useQuery(trpc.image.list.queryOptions({ limit: 200 }))
  const tags = unique(rows.flatMap((vm) => vm.tags)).join('\n')
  const owners = unique(rows.map((vm) => vm.owner.name)).join('\n')
  return useMemo(
    () => ({
      host: hosts?.items.map(({ name }) => name) ?? [],
      image: unique(images?.items.map(({ name }) => name) ?? []),
      tag: tags === '' ? [] : tags.split('\n'),
      owner: owners === '' ? [] : owners.split('\n'),
    }),
    [hosts, images, tags, owners],
  )
}

const unique = (values: readonly string[]): string[] => [...new Set(values)].sort()

/** Writes filter and order into the address without asking the server for the page again. */
export function useSetVmListView(view: VmListView) {
  const pathname = usePathname()
  return useCallback(
    (change: Partial<VmListView>) => {
      const href = paths.machines(vmListAddress({ ...view, ...change }))
      if (pathname === paths.machines()) window.history.replaceState(null, '', href)
    },
    [view, pathname],
  )
}
