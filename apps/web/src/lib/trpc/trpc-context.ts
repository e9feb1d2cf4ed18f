'use client'
import type { AppRouter } from '@berth/api/root'
import { createTRPCContext } from '@trpc/tanstack-react-query'

/**
 * `useTRPC()` gives query, mutation and key makers for every procedure: `useQuery(trpc.vm.get.queryOptions({ vmId }))`.
 * `useTRPCClient()` calls without the cache.
 */
export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>()
