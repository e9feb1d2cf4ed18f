'use client'
import { keepPreviousData, skipToken, useQuery } from '@tanstack/react-query'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
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
