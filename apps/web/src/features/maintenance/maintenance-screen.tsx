'use client'
import { Button } from '@berth/ui/button'
import { PageHeader } from '@berth/ui/page-header'
import { Skeleton } from '@berth/ui/skeleton'
import { useSuspenseQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useState } from 'react'
import { paths } from '../../lib/paths.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { HostMarks, HostStatus } from '../hosts/host-status.tsx'
import { QueryError } from '../shell/query-error.tsx'
import { DrainProgress, LeaveMaintenance } from './drain-progress.tsx'
import { PlanScreen } from './plan-screen.tsx'
import { isRunning } from './plan-words.ts'
import { useDrain } from './use-drain.ts'

/** The plan of a host that is in service; how it goes, or went, for one that is not. */
export function MaintenanceScreen({ hostId }: { hostId: string }) {
  const trpc = useTRPC()
  const { data: host } = useSuspenseQuery(trpc.host.get.queryOptions({ hostId }))
  const query = useDrain(hostId)
  const [isPlanning, setIsPlanning] = useState(false)
  const drain = query.data ?? null
  const isUnderWay = drain !== null && isRunning(drain)
  const hasLeft = drain?.items.some(({ state }) => state === 'left') ?? false
  const isPlan = !isUnderWay && (!host.isInMaintenance || isPlanning || drain === null)
  return (
    <div className="flex flex-col gap-4">
      <PageHeader
        title="Maintenance"
        crumbs={[
          { label: 'Hosts', href: paths.hosts() },
          { label: host.name, href: paths.host(hostId) },
        ]}
        linkAs={Link}
        status={
          <>
            <HostStatus host={host} />
            <HostMarks host={host} />
          </>
        }
        actions={
          host.isInMaintenance && (
            <>
              {hasLeft && !isPlan && !isUnderWay && (
                <Button onClick={() => setIsPlanning(true)}>Try the rest again…</Button>
              )}
              <LeaveMaintenance hostId={hostId} drain={drain} />
            </>
          )
        }
      />
      {query.isPending && <Skeleton className="h-40 rounded-lg" />}
      {query.isError && <QueryError query={query} />}
      {query.isSuccess && (isPlan ? <PlanScreen host={host} /> : <DrainProgress drain={drain} />)}
    </div>
  )
}
