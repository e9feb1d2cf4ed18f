'use client'
import type { VmView } from '@berth/core/vm/vm-view'
import { cn } from '@berth/ui/cn'
import { Monitor, MonitorOff } from 'lucide-react'
import Link from 'next/link'
import { paths } from '../../lib/paths.ts'
import { PastPictureAge } from '../console/past-picture-age.tsx'
import { useThumbnail } from './use-thumbnail.ts'

/** What is on the machine's screen, or was when it last had one; a click opens the console. */
export function ScreenCard({ vm }: { vm: VmView }) {
  const { picture, isOn, isLive } = useThumbnail(vm)
  return (
    <Link
      href={paths.machine(vm.vmId, 'console')}
      aria-label={`Screen of ${vm.name}: open the console`}
      className="group border-line relative block aspect-16/10 overflow-hidden rounded-lg border bg-black shadow-xs lg:aspect-auto lg:h-full lg:min-h-56"
    >
      {picture !== null && (
        <img
          src={picture.src}
          alt={isLive ? `Screen of ${vm.name}` : `Last picture of ${vm.name}`}
          className={cn('absolute inset-0 size-full object-contain', !isLive && 'opacity-35 grayscale')}
        />
      )}
      {picture !== null && !isLive && <PastPictureAge takenAt={picture.takenAt} className="absolute bottom-2 left-2" />}
      {!isOn && (
        <span className="absolute inset-0 grid place-items-center">
          <span className="bg-raised/85 text-ink-2 flex items-center gap-2 rounded-md px-3 py-1.5 text-sm">
            <MonitorOff aria-hidden className="size-4" />
            {whyDark(vm)}
          </span>
        </span>
      )}
      {isOn && (
        <span className="bg-raised text-ink absolute right-2 bottom-2 flex items-center gap-1.5 rounded-md px-2.5 py-1 text-xs font-medium opacity-0 shadow-md transition-opacity group-hover:opacity-100 group-focus-visible:opacity-100 pointer-coarse:opacity-100">
          <Monitor aria-hidden className="size-3.5" />
          Open console
        </span>
      )}
    </Link>
  )
}

function whyDark({ state, silentSince }: VmView): string {
  if (state === 'unknown') return 'Its host does not answer'
  if (state === 'creating' || state === 'starting') return 'No picture yet'
  return silentSince === null ? 'Off' : 'QEMU does not answer'
}
