'use client'
import { Button } from '@berth/ui/button'
import { Dialog } from '@berth/ui/dialog'
import { InlineAlert } from '@berth/ui/inline-alert'
import { TextField } from '@berth/ui/text-field'
import { poolNameSchema } from '@berth/core/storage/volume'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { errorLine, fieldErrors } from '../../lib/error-text.ts'
import { newIdempotencyKey } from '../../lib/idempotency-key.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { DirectoryTestList } from './directory-test-list.tsx'
import { HostChoice } from './host-choice.tsx'
import { emptyPlace, placeOf, placeProblems, type PlaceProblems, type PoolPlaceDraft } from './pool-place.ts'
import { PoolPlaceFields } from './pool-place-fields.tsx'
import { PoolTask } from './pool-task.tsx'
import { useDirectoryTest } from './use-directory-test.ts'

interface Draft {
  readonly name: string
  readonly place: PoolPlaceDraft
  readonly hostIds: readonly string[]
}
const empty: Draft = { name: '', place: emptyPlace, hostIds: [] }

export interface AddPoolDialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
}

/** Tests the place on each chosen host, then makes the pool; where hosts see different directories nothing is left. */
export function AddPoolDialog({ open, onOpenChange }: AddPoolDialogProps) {
  const trpc = useTRPC()
  const [draft, setDraft] = useState(empty)
  const [showsProblems, setShowsProblems] = useState(false)
  const [operationId, setOperationId] = useState<string | null>(null)
  const [idempotencyKey, setKey] = useState(newIdempotencyKey)
  const hosts = useQuery(trpc.host.list.queryOptions({ limit: 200 }, { enabled: open }))
  const create = useMutation(trpc.pool.createShared.mutationOptions({ meta: { showsError: true } }))
  const place = Object.keys(placeProblems(draft.place)).length === 0 ? placeOf(draft.place) : null
  const test = useDirectoryTest({ place, hostIds: draft.hostIds, poolId: null })
  const refused = fieldErrors(create.error)
  const problems = showsProblems ? problemsOf(draft) : {}
  const set = (part: Partial<Draft>) => {
    setDraft({ ...draft, ...part })
    setKey(newIdempotencyKey())
    create.reset()
    test.ask.reset()
  }
  const change = (next: boolean) => {
    onOpenChange(next)
    if (next || operationId === null) return
    setDraft(empty)
    setOperationId(null)
    setShowsProblems(false)
    create.reset()
  }
  const make = () =>
    create.mutate(
      { name: draft.name, ...place, hostIds: [...draft.hostIds], idempotencyKey },
      { onSuccess: (started) => setOperationId(started.operationId) },
    )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setShowsProblems(true)
    if (create.isPending || test.ask.isPending || Object.keys(problemsOf(draft)).length > 0) return
    if (test.worst === 'can' || test.worst === 'warning') return make()
    test.ask.mutate(undefined, { onSuccess: (worst) => worst === 'can' && make() })
  }
  const failure = create.error ?? test.ask.error
  return (
    <Dialog
      open={open}
      onOpenChange={change}
      title={operationId === null ? 'Add a shared pool' : `Add pool ${draft.name}`}
      {...(operationId === null
        ? {
            description:
              'A place that several hosts see. Machines with their disks there can move between those hosts while they run.',
          }
        : {})}
      footer={
        operationId === null ? (
          <>
            <Button onClick={() => change(false)}>Cancel</Button>
            <Button type="submit" form="add-pool" variant="primary" pending={create.isPending || test.ask.isPending}>
              {submitLabel(test.worst)}
            </Button>
          </>
        ) : (
          <Button variant="primary" onClick={() => change(false)}>
            Close
          </Button>
        )
      }
    >
      {operationId !== null ? (
        <PoolTask
          operationId={operationId}
          done={`All hosts see the same directory. Machines can be made in ${draft.name}.`}
        />
      ) : (
        <form id="add-pool" onSubmit={submit} noValidate className="flex flex-col gap-4">
          <TextField
            label="Name"
            placeholder="fast"
            value={draft.name}
            onChange={(event) => set({ name: event.target.value })}
            error={problems.name ?? refused['name']}
            autoComplete="off"
          />
          <PoolPlaceFields
            place={draft.place}
            onChange={(part) => set({ place: { ...draft.place, ...part } })}
            problems={{ ...refusedPlace(refused), ...problems }}
          />
          <HostChoice
            hosts={hosts.data?.items ?? []}
            chosen={draft.hostIds}
            onChange={(hostIds) => set({ hostIds })}
            error={problems.hostIds ?? null}
          />
          {test.items !== null && <DirectoryTestList items={test.items} />}
          {failure !== null && Object.keys(refused).length === 0 && (
            <InlineAlert tone="bad">{errorLine(failure)}</InlineAlert>
          )}
        </form>
      )}
    </Dialog>
  )
}

function submitLabel(worst: 'can' | 'warning' | 'cannot' | null): string {
  if (worst === 'warning') return 'Add all the same'
  return worst === 'cannot' ? 'Test again' : 'Test and add'
}

/** Fields of the export bear its name before theirs. */
const refusedPlace = (refused: Readonly<Record<string, string>>): PlaceProblems =>
  Object.fromEntries(Object.entries(refused).map(([field, words]) => [field.replace(/^source\./, ''), words]))

function problemsOf({ name, place, hostIds }: Draft): PlaceProblems & { name?: string; hostIds?: string } {
  const badName = poolNameSchema.safeParse(name)
  return {
    ...(badName.success ? {} : { name: badName.error.issues[0]?.message ?? 'Type a name.' }),
    ...placeProblems(place),
    ...(hostIds.length > 0 ? {} : { hostIds: 'Choose the hosts that see it.' }),
  }
}
