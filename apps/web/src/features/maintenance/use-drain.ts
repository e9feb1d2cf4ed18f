'use client'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'

/** The last time that this host was emptied; kept fresh by the events of its task. */
export function useDrain(hostId: string) {
  const trpc = useTRPC()
  return useQuery(trpc.maintenance.get.queryOptions({ hostId }))
}

/** After a change that this page made: nobody waits for the event. */
export function useReadAgain(hostId: string): () => Promise<void> {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  return async () => {
    await queryClient.invalidateQueries({ queryKey: trpc.maintenance.get.queryKey({ hostId }) })
    await queryClient.invalidateQueries({ queryKey: trpc.host.get.queryKey({ hostId }) })
  }
}
