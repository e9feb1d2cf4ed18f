'use client'
import { PageHeader } from '@berth/ui/page-header'
import { useSuspenseQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { paths } from '../../lib/paths.ts'
import { HostPools } from '../pools/host-pools.tsx'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { EnterMaintenance, MaintenanceBanner } from '../maintenance/maintenance-banner.tsx'
import { HostAbilitiesCard } from './host-abilities-card.tsx'
import { HostChecks } from './host-checks.tsx'
import { HostFactsCard, HostNics } from './host-facts.tsx'
import { HostGraphs } from './host-graphs.tsx'
import { HostMachines } from './host-machines.tsx'
import { HostNotices } from './host-notices.tsx'
import { HostNuma } from './host-numa.tsx'
import { HostPathsCard } from './host-paths.tsx'
import { HostResources } from './host-resources.tsx'
import { AccelerationBadge, Heartbeat, HostMarks, HostStatus } from './host-status.tsx'
import { clockText } from './host-words.ts'
import { MoveNetworkCard } from './move-network.tsx'
import { RemoveHost } from './remove-host.tsx'
import { RevokeHost } from './revoke-host.tsx'

export function HostScreen({ hostId }: { hostId: string }) {
  const trpc = useTRPC()
  const { data: host } = useSuspenseQuery(trpc.host.get.queryOptions({ hostId }))
  const { facts } = host
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
            <HostMarks host={host} />
          </>
        }
        actions={
          <>
            <EnterMaintenance host={host} />
            <RevokeHost host={host} />
            <RemoveHost host={host} />
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
      <MaintenanceBanner host={host} />
      <HostNotices host={host} />
      <HostGraphs host={host} />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1.6fr)_minmax(20rem,1fr)]">
        <div className="flex min-w-0 flex-col gap-4">
          <HostResources host={host} />
          <HostNuma host={host} />
          <HostMachines host={host} />
          <HostPools host={host} />
          {facts !== null && <HostNics nics={facts.nics} isStale={host.state !== 'online'} />}
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          {facts !== null && <HostChecks checks={facts.checks} isStale={host.state !== 'online'} />}
          {facts !== null && <HostAbilitiesCard host={host} />}
          <MoveNetworkCard host={host} />
          <HostPathsCard host={host} />
          <HostFactsCard host={host} />
        </div>
      </div>
    </div>
  )
}
