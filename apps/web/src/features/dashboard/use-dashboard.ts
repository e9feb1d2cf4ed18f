'use client'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { attentionOf } from './attention.ts'
import { allInput, countsInput, failedInput, recentInput, troubledInput } from './dashboard-inputs.ts'

const dayMs = 86_400_000

/** All that the dashboard shows; events keep it true. */
export function useDashboard(isAdmin: boolean) {
  const trpc = useTRPC()
  const troubled = useQuery(trpc.vm.list.queryOptions(troubledInput))
  const failed = useQuery(trpc.operation.list.queryOptions(failedInput))
  const recent = useQuery(trpc.operation.list.queryOptions(recentInput))
  const hosts = useQuery(trpc.host.list.queryOptions(allInput, { enabled: isAdmin }))
  const images = useQuery(trpc.image.list.queryOptions(allInput))
  const counts = useQuery(trpc.vm.counts.queryOptions(countsInput))
  const attention = useMemo(() => {
    const since = Date.now() - dayMs
    return attentionOf({
      vms: troubled.data?.items ?? [],
      hosts: hosts.data?.items ?? [],
      operations: (failed.data?.items ?? []).filter(({ createdAt }) => Date.parse(createdAt) > since),
    })
  }, [troubled.data, hosts.data, failed.data])
  return { counts, recent, hosts, images, attention }
}
