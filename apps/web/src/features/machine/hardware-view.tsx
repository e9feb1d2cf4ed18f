'use client'
import { vmCan } from '@berth/core/vm/vm-can'
import { situationOf } from '@berth/core/vm/vm-situation'
import type { VmView } from '@berth/core/vm/vm-view'
import { useMutation } from '@tanstack/react-query'
import type { FormEvent } from 'react'
import { errorCodeOf, fieldErrors } from '../../lib/error-text.ts'
import { newIdempotencyKey } from '../../lib/idempotency-key.ts'
import { useKeptDraft } from '../../lib/kept-draft.ts'
import { useTRPCClient } from '../../lib/trpc/trpc-context.ts'
import { BootCard } from './boot-card.tsx'
import { DevicesCard } from './devices-card.tsx'
import { GeneralCard } from './general-card.tsx'
import {
  changedMeanwhile,
  changesOf,
  draftErrors,
  type FieldName,
  fieldsOf,
  type HardwareDraft,
  type HardwareFields,
  withField,
} from './hardware-draft.ts'
import { beforeOf, effectiveBefore, readKeptHardware } from './kept-hardware.ts'
import { PendingChanges } from './pending-changes.tsx'
import { RestartNotice } from './restart-notice.tsx'
import { MovesCard } from './moves-card.tsx'
import { SizeCard } from './size-card.tsx'

export interface HardwareForm {
  vm: VmView
  /** The machine with the draft over it. */
  fields: HardwareFields
  errors: Readonly<Partial<Record<FieldName, string>>>
  set: <F extends FieldName>(field: F, value: HardwareFields[F]) => void
}

/** What the machine is made of. Edits gather at the lower edge, with what each takes, and are saved together. */
export function HardwareView({ vm }: { vm: VmView }) {
  const client = useTRPCClient()
  const { draft: kept, keep } = useKeptDraft(`hardware.${vm.vmId}`, readKeptHardware)
  const draft = kept?.draft ?? {}
  const before = effectiveBefore(kept, vm)
  const changes = changesOf(draft, vm)
  const save = useMutation({
    mutationFn: () =>
      client.vm.update.mutate({
        vmId: vm.vmId,
        revision: before.revision,
        ...mutable(draft),
        idempotencyKey: newIdempotencyKey(),
      }),
    meta: { showsError: true },
    onSuccess: () => keep(null),
  })
  const isConflict = before.revision !== vm.revision || (save.error && errorCodeOf(save.error) === 'REVISION_CONFLICT')
  const form: HardwareForm = {
    vm,
    fields: { ...fieldsOf(vm), ...draft },
    errors: { ...(save.error ? fieldErrors(save.error) : {}), ...draftErrors(draft, vm) },
    set: (field, value) => {
      save.reset()
      const next = withField(draft, vm, [field, value])
      keep(Object.keys(next).length === 0 ? null : { draft: next, before })
    },
  }
  const answer = vmCan.update(situationOf(vm))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (changes.length > 0 && answer.isAllowed && !save.isPending && !isConflict) save.mutate()
  }
  return (
    <form onSubmit={submit} aria-label="Hardware" className="flex max-w-4xl flex-col gap-4">
      {vm.isRestartPending && <RestartNotice vm={vm} />}
      <SizeCard {...form} />
      <GeneralCard {...form} />
      <BootCard {...form} />
      <MovesCard {...form} />
      <DevicesCard vm={vm} />
      <PendingChanges
        vm={vm}
        changes={changes}
        hasErrors={Object.keys(draftErrors(draft, vm)).length > 0}
        isSaving={save.isPending}
        error={isConflict ? null : save.error}
        meanwhile={isConflict ? changedMeanwhile(before.fields, vm) : null}
        refusal={answer.isAllowed ? null : answer.reason}
        onRebase={() => {
          save.reset()
          keep({ draft, before: beforeOf(vm) })
        }}
        onDiscard={() => {
          save.reset()
          keep(null)
        }}
      />
    </form>
  )
}

/** The draft as the API takes it. */
function mutable({ tags, ...draft }: HardwareDraft) {
  return tags === undefined ? draft : { ...draft, tags: [...tags] }
}
