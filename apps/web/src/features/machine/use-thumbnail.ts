'use client'
import { vmCan } from '@berth/core/vm/vm-can'
import { situationOf } from '@berth/core/vm/vm-situation'
import type { VmView } from '@berth/core/vm/vm-view'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { type PastPicture, recallFrame, rememberFrame } from '../console/last-frame.ts'
import { pictureOf, usePastPicture } from '../console/use-past-picture.ts'

/** QEMU draws the whole screen for each picture; this is often enough to see a boot go on. */
const refreshMs = 5_000

export interface Thumbnail {
  picture: PastPicture | null
  isOn: boolean
  /** Of this run, and the last one that was asked for came; else it is shown with its age. */
  isLive: boolean
}

/** The screen, refreshed while the machine is on and the tab is visible; else the last picture that there is. */
export function useThumbnail(vm: VmView): Thumbnail {
  const { vmId, run, state } = vm
  const isOn = vmCan.takeScreenshot(situationOf(vm)).isAllowed
  const trpc = useTRPC()
  // Pictures are not pushed: nobody else wants them, and no event says that a guest drew something.
  const { data = null, isError } = useQuery({
    ...trpc.vm.screenshot.queryOptions({ vmId }),
    enabled: isOn,
    refetchOnMount: 'always',
    refetchInterval: refreshMs,
    refetchIntervalInBackground: false,
    retry: false,
    select: pictureOf,
  })
  const seenHere = useSeenHere(vmId)
  useEffect(() => {
    if (data !== null) rememberFrame(vmId, data)
  }, [vmId, data])
  const isKept = !isOn && state !== 'unknown' && state !== 'creating' && state !== 'deleting'
  const past = usePastPicture(vmId, isKept, data ?? seenHere)
  // A page that was open during the run before still has its last picture.
  const isOfThisRun = data !== null && run !== null && Date.parse(data.takenAt) >= Date.parse(run.startedAt)
  if (!isOn) return { picture: past, isOn, isLive: false }
  return { picture: isOfThisRun ? data : null, isOn, isLive: isOfThisRun && !isError }
}

/** Read once the page is in the browser: the server has no such storage, and both must draw the same first. */
function useSeenHere(vmId: string): PastPicture | null {
  const [seen, setSeen] = useState<PastPicture | null>(null)
  useEffect(() => setSeen(recallFrame(vmId)), [vmId])
  return seen
}
