'use client'
import type { VmView } from '@berth/core/vm/vm-view'
import { useQuery } from '@tanstack/react-query'
import { errorCodeOf } from '../../lib/error-text.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'

export interface MachineQuery {
  /** As it is, or as it was last before it was deleted. */
  vm: VmView | undefined
  isGone: boolean
  error: unknown
  refetch: () => void
}

/** One machine, kept true by events. */
export function useMachine(vmId: string): MachineQuery {
  const trpc = useTRPC()
  const { data, error, refetch } = useQuery(trpc.vm.get.queryOptions({ vmId }))
  const isGone = error !== null && errorCodeOf(error) === 'VM_NOT_FOUND'
  return { vm: data, isGone, error, refetch: () => void refetch() }
}
