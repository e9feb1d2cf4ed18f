'use client'
import { Badge } from '@berth/ui/badge'
import { RelativeTime } from '@berth/ui/relative-time'
import { StaleBadge } from '@berth/ui/stale-badge'
import { StateDot } from '@berth/ui/state-dot'
import { Tooltip } from '@berth/ui/tooltip'
import type { HostView } from '@berth/core/host/host'
import { Cpu, TriangleAlert } from 'lucide-react'
import { ClockTime } from './clock-time.tsx'
import { clockText, hostStateLooks, lastHeardMs, revokedLook } from './host-words.ts'

/** Its state; the age of what is shown while it does not answer. */
export function HostStatus({ host }: { host: HostView }) {
  const { kind, word } = host.revokedAt === null ? hostStateLooks[host.state] : revokedLook
  return (
    <span className="inline-flex flex-wrap items-center gap-2 text-sm">
      <StateDot kind={kind} label={word} />
      {host.state === 'offline' && (
        <span className="text-ink-2">
          unknown since <ClockTime at={host.seenAt ?? host.stateSince} />
        </span>
      )}
      {host.state === 'offline' && host.seenAt !== null && (
        <StaleBadge seenAt={host.seenAt} reason={`${host.name} does not answer`} />
      )}
    </span>
  )
}

/** What else is to be known at a glance: nothing new comes to it, its agent is of another version, its clock is off. */
export function HostMarks({ host }: { host: HostView }) {
  const clock = clockText(host.clockSkewMs)
  return (
    <>
      {host.isInMaintenance && <Badge tone="accent">Maintenance</Badge>}
      {host.agentFit.kind === 'incompatible' && <Badge tone="bad">Agent of another version</Badge>}
      {host.agentFit.kind === 'partial' && <Badge>Older agent</Badge>}
      {clock.isOff && <Badge tone="warn">Clock is off</Badge>}
    </>
  )
}

/** How its machines' processors run, and why not with KVM. */
export function AccelerationBadge({ host }: { host: HostView }) {
  if (host.facts === null) return null
  const { kind, reason } = host.facts.acceleration
  if (kind === 'kvm') {
    return (
      <Badge tone="ok" icon={<Cpu aria-hidden />}>
        KVM
      </Badge>
    )
  }
  return (
    <Tooltip content={`Without KVM machines run many times slower: ${reason}.`}>
      <Badge tone="warn" tabIndex={0} icon={<TriangleAlert aria-hidden />}>
        Software emulation
      </Badge>
    </Tooltip>
  )
}

/** "heard 1 s ago" */
export function Heartbeat({ host }: { host: HostView }) {
  const at = lastHeardMs(host)
  if (at === null) return <span>never heard from</span>
  return (
    <span>
      heard <RelativeTime at={at} />
    </span>
  )
}
