'use client'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { recallFrame, rememberFrame } from '../console/last-frame.ts'

/** QEMU draws the whole screen for each picture; this is often enough to see a boot go on. */
const refreshMs = 5_000

/** The screen as a data URL: live while the machine is on and the tab is visible, then the last one that was seen. */
export function useThumbnail(vmId: string, isOn: boolean): string | null {
  const trpc = useTRPC()
  // Pictures are not pushed: nobody else wants them, and no event says that a guest drew something.
  const { data } = useQuery({
    ...trpc.vm.screenshot.queryOptions({ vmId }),
    enabled: isOn,
    refetchOnMount: 'always',
    refetchInterval: refreshMs,
    refetchIntervalInBackground: false,
    retry: false,
    select: (shot) => `data:image/png;base64,${shot.pngBase64}`,
  })
  useEffect(() => {
    if (data !== undefined && isOn) rememberFrame(vmId, data)
  }, [vmId, data, isOn])
  const kept = useSyncExternalStore(
    noChanges,
    () => recallFrame(vmId),
    () => null,
  )
  return data ?? kept
}

const noChanges = () => () => undefined
