'use client'
import { Button } from '@berth/ui/button'
import { EmptyState } from '@berth/ui/empty-state'
import { Meter } from '@berth/ui/meter'
import { PageHeader } from '@berth/ui/page-header'
import { Skeleton } from '@berth/ui/skeleton'
import type { HostView } from '@berth/core/host/host'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Plus, Server } from 'lucide-react'
import Link from 'next/link'
import { useState } from 'react'
import { formatPercent, formatUsed, none, plural } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { QueryError } from '../shell/query-error.tsx'
import { AddHostDialog } from './add-host-dialog.tsx'
import { hostListInput } from './host-list-query.ts'
import { AccelerationBadge, Heartbeat, HostMarks, HostStatus } from './host-status.tsx'
import { machinesText } from './host-words.ts'
import { OpenInvitations } from './open-invitations.tsx'

export function HostsScreen() {
  const [isAdding, setIsAdding] = useState(false)
  const add = (
    <Button variant="primary" onClick={() => setIsAdding(true)}>
      <Plus aria-hidden />
      Add host
    </Button>
  )
  return (
    <div className="flex flex-col gap-4">
      <PageHeader title="Hosts" meta="The computers that machines run on" actions={add} />
      <HostList />
      <OpenInvitations />
      <AddHostDialog open={isAdding} onOpenChange={setIsAdding} />
    </div>
  )
}

function HostList() {
  const trpc = useTRPC()
  const query = useInfiniteQuery(
    trpc.host.list.infiniteQueryOptions(hostListInput, { getNextPageParam: (page) => page.nextCursor }),
  )
  if (query.isPending) return <Skeleton className="h-32 rounded-lg" />
  if (query.isError) return <QueryError query={query} />
  const hosts = query.data.pages.flatMap((page) => page.items)
  if (hosts.length === 0) {
    return (
      <EmptyState icon={<Server />} title="No host has joined">
        Adding one is a single command to paste there; this page shows it as soon as it is online.
      </EmptyState>
    )
  }
  return (
    <ul aria-label="Hosts" className="flex flex-col gap-3">
      {hosts.map((host) => (
        <HostRow key={host.hostId} host={host} />
      ))}
    </ul>
  )
}

function HostRow({ host }: { host: HostView }) {
  const { facts, gauges, committed, pools } = host
  const total = pools.reduce((sum, pool) => sum + pool.totalBytes, 0)
  const free = pools.reduce((sum, pool) => sum + pool.freeBytes, 0)
  return (
    <li className="border-line bg-surface hover:border-line-control relative grid gap-x-8 gap-y-4 rounded-lg border p-4 shadow-xs transition-colors lg:grid-cols-[minmax(14rem,1fr)_2fr]">
      <div className="min-w-0">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h2 className="truncate text-base font-semibold">
            <Link href={paths.host(host.hostId)} className="after:absolute after:inset-0 after:rounded-lg">
              {host.name}
            </Link>
          </h2>
          <HostStatus host={host} />
        </div>
        <p className="text-ink-3 mt-1 text-xs">
          {host.address} · <Heartbeat host={host} />
        </p>
        <p className="text-ink-3 text-xs">{machinesText(host)}</p>
        <div className="relative mt-2 flex w-fit flex-wrap gap-1.5">
          <AccelerationBadge host={host} />
          <HostMarks host={host} />
        </div>
      </div>
      <div className="grid content-center gap-x-6 gap-y-3 sm:grid-cols-3">
        <Meter
          label="CPU"
          used={gauges?.cpuShare ?? 0}
          total={1}
          text={gauges === null ? none : formatPercent(gauges.cpuShare)}
          note={
            facts === null ? undefined : `${plural(committed.vcpus, 'vCPU')} on ${plural(facts.cpuCount, 'processor')}`
          }
        />
        <Meter
          label="Memory"
          used={gauges?.memoryUsedBytes ?? 0}
          total={facts?.memoryBytes ?? 0}
          text={gauges === null || facts === null ? none : formatUsed(gauges.memoryUsedBytes, facts.memoryBytes)}
          note={facts === null ? undefined : `${formatUsed(committed.memoryBytes, facts.memoryBytes)} given out`}
        />
        <Meter
          label="Storage"
          // What a silent host said last is no measure of now: the number stays, the bar does not.
          used={host.state === 'online' ? total - free : 0}
          total={total}
          text={total === 0 ? none : formatUsed(total - free, total)}
          note={plural(pools.length, 'pool')}
        />
      </div>
    </li>
  )
}
