'use client'
import { vmCan } from '@berth/core/vm/vm-can'
import { situationOf } from '@berth/core/vm/vm-situation'
import type { VmView } from '@berth/core/vm/vm-view'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useEffect, useState } from 'react'
import { errorCodeOf, fieldErrors } from '../../lib/error-text.ts'
import { newIdempotencyKey } from '../../lib/idempotency-key.ts'
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
import { keepDraft, keptDraft } from './kept-drafts.ts'
import { PendingChanges } from './pending-changes.tsx'
import { RestartNotice } from './restart-notice.tsx'
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
  const [draft, setDraft] = useState<HardwareDraft>(() => keptDraft(vm.vmId)?.draft ?? {})
  const [before, setBefore] = useState(
    () => keptDraft(vm.vmId)?.before ?? { revision: vm.revision, fields: fieldsOf(vm) },
  )
  useEffect(() => keepDraft(vm.vmId, { draft, before }), [vm.vmId, draft, before])
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
    onSuccess: () => setDraft({}),
  })
  // With nothing typed there is nothing to lose, and a revision that changed nothing shown here (a start) is no conflict.
  const isUntouched = changes.length === 0 || changedMeanwhile(before.fields, vm).length === 0
  if (isUntouched && before.revision !== vm.revision) {
    setBefore({ revision: vm.revision, fields: fieldsOf(vm) })
  }
  const isConflict = before.revision !== vm.revision || (save.error && errorCodeOf(save.error) === 'REVISION_CONFLICT')
  const form: HardwareForm = {
    vm,
    fields: { ...fieldsOf(vm), ...draft },
    errors: { ...(save.error ? fieldErrors(save.error) : {}), ...draftErrors(draft, vm) },
    set: (field, value) => {
      save.reset()
      setDraft((current) => withField(current, vm, [field, value]))
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
          setBefore({ revision: vm.revision, fields: fieldsOf(vm) })
        }}
        onDiscard={() => {
          save.reset()
          setDraft({})
        }}
      />
    </form>
  )
}

/** The draft as the API takes it. */
function mutable({ tags, ...draft }: HardwareDraft) {
  return tags === undefined ? draft : { ...draft, tags: [...tags] }
}
