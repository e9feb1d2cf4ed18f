'use client'
import { Button } from '@berth/ui/button'
import { Card } from '@berth/ui/card'
import { EmptyState } from '@berth/ui/empty-state'
import { InlineAlert } from '@berth/ui/inline-alert'
import { Skeleton } from '@berth/ui/skeleton'
import type { DrainChoice } from '@berth/core/maintenance/drain'
import type { HostView } from '@berth/core/host/host'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Server } from 'lucide-react'
import { useState } from 'react'
import { errorLine } from '../../lib/error-text.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { QueryError } from '../shell/query-error.tsx'
import { PlanHosts } from './plan-hosts.tsx'
import { PlanTable } from './plan-table.tsx'
import { choiceOf, durationText, planText, type Choices } from './plan-words.ts'
import { useReadAgain } from './use-drain.ts'

/** What would happen, before anything does: it begins with the button and not before. */
export function PlanScreen({ host }: { host: HostView }) {
  const trpc = useTRPC()
  const [choices, setChoices] = useState<Choices>({})
  const readAgain = useReadAgain(host.hostId)
  const query = useQuery(trpc.maintenance.plan.queryOptions({ hostId: host.hostId }))
  const start = useMutation(
    trpc.maintenance.start.mutationOptions({ meta: { showsError: true }, onSuccess: readAgain }),
  )
  if (query.isPending) return <Skeleton className="h-64 rounded-lg" />
  if (query.isError) return <QueryError query={query} />
  const { plan } = query.data
  const begin = () =>
    start.mutate({
      hostId: host.hostId,
      choices: plan.machines.map((machine) => ({ vmId: machine.vmId, choice: choiceOf(machine, choices) })),
    })
  const choose = (vmId: string, choice: DrainChoice) => setChoices((current) => ({ ...current, [vmId]: choice }))
  const isEmpty = plan.machines.length === 0
  const moves = plan.machines.some((machine) => choiceOf(machine, choices) === 'move')
  return (
    <div className="flex flex-col gap-4">
      <InlineAlert
        title={planText(plan, choices)}
        action={
          <Button variant="primary" onClick={begin} pending={start.isPending}>
            {isEmpty ? 'Enter maintenance' : 'Begin'}
          </Button>
        }
      >
        {moves && (
          <p>Running machines move without a break, two at a time. How long: {durationText(plan.durationMs)}.</p>
        )}
        <p>{host.name} takes nothing new from then on, until you end its maintenance.</p>
      </InlineAlert>
      {start.error !== null && <InlineAlert tone="bad">{errorLine(start.error)}</InlineAlert>}
      {isEmpty ? (
        <Card>
          <EmptyState icon={<Server />} title="No machine is on this host">
            It can enter maintenance at once.
          </EmptyState>
        </Card>
      ) : (
        <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_20rem]">
          <Card title="Machines" description="In the order in which they go" flush>
            <PlanTable machines={plan.machines} choices={choices} onChoose={choose} />
          </Card>
          <Card title="Hosts" description="Memory given out to machines: now above, after below">
            <PlanHosts hosts={plan.hosts} />
          </Card>
        </div>
      )}
    </div>
  )
}
