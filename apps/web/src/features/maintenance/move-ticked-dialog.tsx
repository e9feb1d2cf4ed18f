'use client'
import { Button } from '@berth/ui/button'
import { Dialog } from '@berth/ui/dialog'
import { InlineAlert } from '@berth/ui/inline-alert'
import { ProgressBar } from '@berth/ui/progress-bar'
import { Skeleton } from '@berth/ui/skeleton'
import type { PlannedMachine } from '@berth/core/maintenance/drain'
import type { VmView } from '@berth/core/vm/vm-view'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { plural } from '../../lib/format.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { Failures } from '../machines/bulk-answers.tsx'
import { type BulkResult, runBulk } from '../machines/run-bulk.ts'
import { QueryError } from '../shell/query-error.tsx'
import { PlanTable } from './plan-table.tsx'
import { durationText } from './plan-words.ts'

const atOnce = 5

export interface MoveTickedDialogProps {
  vms: readonly VmView[]
  onClose: () => void
}

/** Where each of the ticked machines would go, by one plan for all; then a move for each, which the limits let go by and by. */
export function MoveTickedDialog({ vms, onClose }: MoveTickedDialogProps) {
  const trpc = useTRPC()
  const [vmIds] = useState(() => vms.map(({ vmId }) => vmId))
  const [results, setResults] = useState<readonly BulkResult[] | null>(null)
  // What was shown is what is done: it is not planned anew below the pointer.
  const query = useQuery(trpc.maintenance.planMoves.queryOptions({ vmIds }, { staleTime: Infinity, gcTime: 0 }))
  const migrate = useMutation(trpc.vm.migrate.mutationOptions({ meta: { showsError: true } }))
  const machines = query.data?.machines ?? []
  const moves = machines.flatMap((machine) => (machine.kind === 'moves' ? [machine] : []))
  const isDone = results !== null && results.length === moves.length
  const failed = results?.filter(({ error }) => error !== null) ?? []
  const act = (vmId: string) => {
    const target = moves.find((machine) => machine.vmId === vmId)
    return target === undefined
      ? Promise.resolve()
      : migrate.mutateAsync({ vmId: target.vmId, targetHostId: target.target.hostId })
  }
  const run = async () => {
    setResults([])
    await runBulk({
      ids: moves.map(({ vmId }) => vmId),
      limit: atOnce,
      act,
      onResult: (result) => setResults((current) => [...(current ?? []), result]),
    })
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Move ${plural(vmIds.length, 'machine')}`}
      description={
        query.data && `${moves.length} of ${machines.length} can. How long: ${durationText(query.data.durationMs)}.`
      }
      size="lg"
      dismissible={results === null || isDone}
      footer={
        <>
          {!isDone && <Button onClick={onClose}>Cancel</Button>}
          <Button
            variant="primary"
            onClick={() => (isDone ? onClose() : void run())}
            pending={results !== null && !isDone}
            disabledReason={moves.length === 0 ? 'None of them can move' : null}
          >
            {isDone ? 'Close' : `Move ${moves.length}`}
          </Button>
        </>
      }
    >
      {query.isPending && <Skeleton className="h-40 rounded-lg" />}
      {query.isError && <QueryError query={query} />}
      {results === null && query.data && <PlanTable machines={inOrder(machines)} choices={{}} />}
      {results !== null && !isDone && (
        <ProgressBar label="Moves asked for" value={results.length / Math.max(1, moves.length)} />
      )}
      {isDone && failed.length < moves.length && (
        <InlineAlert tone="ok">
          {plural(moves.length - failed.length, 'move')} accepted. They go a few at a time; the list shows how.
        </InlineAlert>
      )}
      {failed.length > 0 && <Failures failed={failed} vms={vms} />}
    </Dialog>
  )
}

const inOrder = (machines: readonly PlannedMachine[]): PlannedMachine[] =>
  machines.toSorted((a, b) => (a.kind === 'moves' && b.kind === 'moves' ? a.order - b.order : 0))
