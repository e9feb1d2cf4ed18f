'use client'
import { Button } from '@berth/ui/button'
import { PageHeader } from '@berth/ui/page-header'
import { Skeleton } from '@berth/ui/skeleton'
import { Plus } from 'lucide-react'
import Link from 'next/link'
import { paths } from '../../lib/paths.ts'
import { QueryError } from '../shell/query-error.tsx'
import { AttentionList } from './attention-list.tsx'
import { FirstRun } from './first-run.tsx'
import { HostMeters } from './host-meters.tsx'
import { RecentTasks } from './recent-tasks.tsx'
import { StateCounts } from './state-counts.tsx'
import { useDashboard } from './use-dashboard.ts'

export function Dashboard({ isAdmin }: { isAdmin: boolean }) {
  const { counts, recent, hosts, images, attention } = useDashboard(isAdmin)
  const hostItems = hosts.data?.items ?? []
  if (counts.isError) return <QueryError query={counts} />
  const isReady = !counts.isPending && !images.isPending && (!isAdmin || !hosts.isPending)
  const isFirstRun = counts.data?.total === 0 && isReady
  const readyImageCount = images.data?.items.filter((image) => image.state === 'ready').length ?? 0
  return (
    <div className="flex flex-col gap-5">
      <PageHeader
        title="Dashboard"
        actions={
          !isFirstRun && (
            <Button asChild variant="primary">
              <Link href={paths.newMachine()}>
                <Plus aria-hidden />
                Create machine
              </Link>
            </Button>
          )
        }
      />
      {isFirstRun && <FirstRun hostCount={isAdmin ? hostItems.length : null} readyImageCount={readyImageCount} />}
      {!isReady && <DashboardSkeleton />}
      {isReady && (
        <div className="grid items-start gap-5 xl:grid-cols-2">
          <div className="flex min-w-0 flex-col gap-5">
            {!isFirstRun && <StateCounts counts={counts.data} />}
            {hostItems.length > 0 && <HostMeters hosts={hostItems} />}
          </div>
          <div className="flex min-w-0 flex-col gap-5">
            {(!isFirstRun || attention.length > 0) && (
              <AttentionList items={attention} crashedCount={counts.data.states.crashed ?? 0} />
            )}
            {recent.data && (!isFirstRun || recent.data.items.length > 0) && (
              <RecentTasks operations={recent.data.items} />
            )}
          </div>
        </div>
      )}
    </div>
  )
}

function DashboardSkeleton() {
  return (
    <div aria-busy="true" aria-label="Reading the overview" className="grid gap-5 xl:grid-cols-2">
      <Skeleton className="h-44 rounded-lg" />
      <Skeleton className="h-44 rounded-lg" />
      <Skeleton className="h-56 rounded-lg" />
      <Skeleton className="h-56 rounded-lg" />
    </div>
  )
}
