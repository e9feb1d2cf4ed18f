'use client'
import { useQuery } from '@tanstack/react-query'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'

/** Hosts are the administrators' to see and to choose. */
export function useMayMigrate(): boolean {
  const trpc = useTRPC()
  const { data: me } = useQuery(trpc.user.me.queryOptions())
  return me?.role === 'admin'
}
