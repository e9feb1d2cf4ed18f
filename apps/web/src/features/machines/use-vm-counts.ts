'use client'
import type { VmFilter } from '@berth/core/vm/vm-filter'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { filterInput } from './vm-list-query.ts'

/** How many machines fit; events make it read again. */
export function useVmCounts(filter: VmFilter) {
  const trpc = useTRPC()
  return useQuery({
    ...trpc.vm.counts.queryOptions({ filter: filterInput(filter) }),
    placeholderData: keepPreviousData,
  })
}
