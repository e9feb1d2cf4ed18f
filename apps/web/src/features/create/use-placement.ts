'use client'
import { keepPreviousData, skipToken, useQuery } from '@tanstack/react-query'
import { vmLimits } from '@berth/core/vm/vm-limits'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import type { HostRoom } from './room-left.ts'
import type { Converted } from './to-vm-spec.ts'

const freshMs = 5_000

/** Asks the panel where such a machine would go now. Nothing is asked while the sizes or the image are wrong. */
export function usePlacement({ input, problems }: Converted) {
  const trpc = useTRPC()
  const { imageId, vcpus, memoryBytes, diskMode, nics, firmware, hostId } = input
  const isAsked = !problems.some(({ field }) => field === 'imageId' || field === 'vcpus' || field === 'memoryMiB')
  const question = { imageId, vcpus, memoryBytes, diskMode, nics, firmware, hostId: hostId ?? null }
  const query = useQuery({
    ...trpc.vm.place.queryOptions(isAsked ? question : skipToken),
    placeholderData: keepPreviousData,
    staleTime: freshMs,
    retry: false,
  })
  return { isAsked, query }
}

/** What is free for such a machine, host by host: asked for the smallest, so that no host is left out for the size. */
export function useRoom({ input, problems }: Converted): readonly HostRoom[] | null {
  const trpc = useTRPC()
  const { imageId, nics, firmware, hostId } = input
  const isAsked = !problems.some(({ field }) => field === 'imageId')
  const smallest = { vcpus: 1, memoryBytes: vmLimits.memoryBytes.min, diskMode: 'overlay' as const }
  const { data } = useQuery({
    ...trpc.vm.place.queryOptions(
      isAsked ? { imageId, ...smallest, nics, firmware, hostId: hostId ?? null } : skipToken,
    ),
    placeholderData: keepPreviousData,
    staleTime: freshMs,
    retry: false,
  })
  return data?.trace ?? null
}
