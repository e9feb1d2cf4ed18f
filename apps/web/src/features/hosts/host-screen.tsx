'use client'
import { InlineAlert } from '@berth/ui/inline-alert'
import { PageHeader } from '@berth/ui/page-header'
import { useSuspenseQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { paths } from '../../lib/paths.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { HostChecks } from './host-checks.tsx'
import { HostFactsCard, HostNics } from './host-facts.tsx'
import { HostGraphs } from './host-graphs.tsx'
import { HostMachines } from './host-machines.tsx'
import { HostPools, HostResources } from './host-resources.tsx'
import { AccelerationBadge, Heartbeat, HostStatus } from './host-status.tsx'
import { clockText } from './host-words.ts'

export function HostScreen({ hostId }: { hostId: string }) {
  const trpc = useTRPC()
  const { data: host } = useSuspenseQuery(trpc.host.get.queryOptions({ hostId }))
  const { facts, state } = host
  return (
    <div className="flex flex-col gap-4">
      <PageHeader
        title={host.name}
        crumbs={[{ label: 'Hosts', href: paths.hosts() }]}
        linkAs={Link}
        status={
          <>
            <HostStatus host={host} />
            <AccelerationBadge host={host} />
          </>
        }
        meta={
          <>
            <Heartbeat host={host} />
            <span>clock {clockText(host.clockSkewMs).text}</span>
            {facts !== null && <span>{facts.osName}</span>}
            {facts !== null && <span>QEMU {facts.qemuVersion}</span>}
          </>
        }
      />
      {state === 'offline' && (
        <InlineAlert tone="warn" title="This host does not answer">
          Its machines may still run; what they do now is not known. Check the computer and its agent.
        </InlineAlert>
      )}
      <HostGraphs host={host} />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1.6fr)_minmax(20rem,1fr)]">
        <div className="flex min-w-0 flex-col gap-4">
          <HostResources host={host} />
          <HostMachines host={host} />
          <HostPools host={host} />
          {facts !== null && <HostNics nics={facts.nics} />}
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          {facts !== null && <HostChecks checks={facts.checks} isStale={host.state !== 'online'} />}
          <HostFactsCard host={host} />
        </div>
      </div>
    </div>
  )
}
