'use client'
import { useQueryClient } from '@tanstack/react-query'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'

/** Reads every list of networks again, the create form's too. */
export function useRereadNetworks(): () => void {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  return () => void queryClient.invalidateQueries({ queryKey: trpc.network.list.pathKey() })
}
