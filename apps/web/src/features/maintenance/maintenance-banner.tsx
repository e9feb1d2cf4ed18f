'use client'
import { Button } from '@berth/ui/button'
import { InlineAlert } from '@berth/ui/inline-alert'
import type { HostView } from '@berth/core/host/host'
import { Wrench } from 'lucide-react'
import Link from 'next/link'
import { paths } from '../../lib/paths.ts'
import { LeaveMaintenance } from './drain-progress.tsx'
import { isRunning, sumText } from './plan-words.ts'
import { useDrain } from './use-drain.ts'

/** On the page of a host in maintenance: how far it is, and the way back. */
export function MaintenanceBanner({ host }: { host: HostView }) {
  return host.isInMaintenance ? <Banner hostId={host.hostId} /> : null
}

function Banner({ hostId }: { hostId: string }) {
  const { data: drain = null } = useDrain(hostId)
  const isUnderWay = drain !== null && isRunning(drain)
  return (
    <InlineAlert
      tone={isUnderWay ? 'info' : 'warn'}
      title={isUnderWay ? 'This host is being emptied' : 'This host is in maintenance'}
      action={
        isUnderWay ? (
          <Button asChild>
            <Link href={paths.hostMaintenance(hostId)}>Follow</Link>
          </Button>
        ) : (
          <LeaveMaintenance hostId={hostId} drain={drain} />
        )
      }
    >
      It takes nothing new. {drain !== null && sumText(drain)}{' '}
      {!isUnderWay && (
        <Link href={paths.hostMaintenance(hostId)} className="underline">
          See what became of its machines
        </Link>
      )}
    </InlineAlert>
  )
}

/** The way to the plan; nothing happens by this click. */
export function EnterMaintenance({ host }: { host: HostView }) {
  if (host.isInMaintenance) return null
  if (host.revokedAt !== null || host.state !== 'online') {
    return (
      <Button disabledReason="It does not answer: nothing can be moved off it">
        <Wrench aria-hidden />
        Enter maintenance…
      </Button>
    )
  }
  return (
    <Button asChild>
      <Link href={paths.hostMaintenance(host.hostId)}>
        <Wrench aria-hidden />
        Enter maintenance…
      </Link>
    </Button>
  )
}
