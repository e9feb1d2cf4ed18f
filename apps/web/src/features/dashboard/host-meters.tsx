'use client'
import { Badge } from '@berth/ui/badge'
import { Card } from '@berth/ui/card'
import { Meter } from '@berth/ui/meter'
import { StaleBadge } from '@berth/ui/stale-badge'
import { StateDot } from '@berth/ui/state-dot'
import type { HostView } from '@berth/core/host/host'
import Link from 'next/link'
import { formatPercent, formatUsed, none, plural } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'

const shownCount = 6
const looks = {
  online: { kind: 'on', word: 'Online' },
  joining: { kind: 'busy', word: 'Joining' },
  offline: { kind: 'failed', word: 'Offline' },
} as const

/** What the hosts use now: the first few, and the way to all. */
export function HostMeters({ hosts }: { hosts: readonly HostView[] }) {
  return (
    <Card
      title="Hosts"
      flush
      actions={
        <Link href={paths.hosts()} className="text-accent-ink text-xs font-medium hover:underline">
          {hosts.length > shownCount ? `All ${hosts.length} hosts` : 'All hosts'}
        </Link>
      }
    >
      <ul className="divide-line-soft divide-y">
        {hosts.slice(0, shownCount).map((host) => (
          <li key={host.hostId} className="px-4 py-3">
            <HostLine host={host} />
          </li>
        ))}
      </ul>
    </Card>
  )
}

function HostLine({ host }: { host: HostView }) {
  const { kind, word } = looks[host.state]
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
        <Link href={paths.host(host.hostId)} className="font-medium hover:underline">
          {host.name}
        </Link>
        <StateDot kind={kind} label={word} className="text-ink-2 text-xs" />
        {host.state === 'offline' && host.seenAt !== null && (
          <StaleBadge seenAt={host.seenAt} reason={`${host.name} does not answer`} />
        )}
        {host.facts?.acceleration.kind === 'tcg' && (
          <Badge tone="warn" title={host.facts.acceleration.reason}>
            software emulation
          </Badge>
        )}
        <span className="text-ink-3 ml-auto text-xs">
          {host.committed.runningVmCount} of {plural(host.committed.vmCount, 'machine')} on
        </span>
      </div>
      <div className="mt-2 grid gap-x-5 gap-y-2 sm:grid-cols-3">
        <CpuMeter host={host} />
        <MemoryMeter host={host} />
        <PoolMeter host={host} />
      </div>
    </>
  )
}

function CpuMeter({ host }: { host: HostView }) {
  const share = host.gauges?.cpuShare
  const count = host.facts === null ? '' : ` of ${plural(host.facts.cpuCount, 'CPU')}`
  return (
    <Meter
      compact
      label={`CPU of ${host.name}`}
      used={share ?? 0}
      total={1}
      text={share === undefined ? `CPU ${none}` : `CPU ${formatPercent(share)}${count}`}
    />
  )
}

function MemoryMeter({ host }: { host: HostView }) {
  const total = host.facts?.memoryBytes ?? 0
  const used = host.gauges?.memoryUsedBytes
  return (
    <Meter
      compact
      label={`Memory of ${host.name}`}
      used={used ?? 0}
      total={total}
      text={used === undefined ? `Memory ${none}` : `Memory ${formatUsed(used, total)}`}
    />
  )
}

function PoolMeter({ host }: { host: HostView }) {
  const total = host.pools.reduce((sum, pool) => sum + pool.totalBytes, 0)
  const used = total - host.pools.reduce((sum, pool) => sum + pool.freeBytes, 0)
  return (
    <Meter
      compact
      label={`Disk of ${host.name}`}
      used={used}
      total={total}
      text={total === 0 ? `Disk ${none}` : `Disk ${formatUsed(used, total)}`}
    />
  )
}
