'use client'
import type { Screenshot } from '@berth/core/vm/screenshot'
import { useQuery } from '@tanstack/react-query'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { newerPicture, type PastPicture } from './last-frame.ts'

/**
 * What was last on the screen of a machine that has no live picture: kept by its host, or seen by this tab. `isOff`: only
 * then is the host asked, anew each time it goes off.
 */
export function usePastPicture(vmId: string, isOff: boolean, seenHere: PastPicture | null): PastPicture | null {
  const trpc = useTRPC()
  const { data = null } = useQuery({
    ...trpc.vm.lastScreenshot.queryOptions({ vmId }),
    enabled: isOff,
    staleTime: 0,
    // A host that is away or older than this page: then there is what this tab saw, or nothing.
    retry: false,
    select: ({ screenshot }) => screenshot && pictureOf(screenshot),
  })
  return newerPicture(data, seenHere)
}

export const pictureOf = ({ pngBase64, takenAt }: Screenshot): PastPicture => ({
  src: `data:image/png;base64,${pngBase64}`,
  takenAt,
})
