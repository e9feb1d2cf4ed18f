'use client'
import type { VmView } from '@berth/core/vm/vm-view'
import { Button } from '@berth/ui/button'
import { InlineAlert } from '@berth/ui/inline-alert'
import { errorLine, errorText } from '../../lib/error-text.ts'
import { plural } from '../../lib/format.ts'
import { ChangeLines } from './change-lines.tsx'
import { type FieldChange, fieldLabels, type FieldName } from './hardware-draft.ts'

export interface PendingChangesProps {
  vm: VmView
  changes: readonly FieldChange[]
  hasErrors: boolean
  isSaving: boolean
  error: Error | null
  /** Fields that somebody else changed since editing began; null while nobody did. */
  meanwhile: readonly FieldName[] | null
  refusal: string | null
  onRebase: () => void
  onDiscard: () => void
}

/** What will be saved, field by field, with when it takes effect. */
export function PendingChanges(props: PendingChangesProps) {
  const { vm, changes, hasErrors, isSaving, error, meanwhile, refusal, onRebase, onDiscard } = props
  if (changes.length === 0) return null
  const waits = changes.some(({ applies }) => applies === 'next start')
  const blocked =
    refusal ?? (hasErrors ? 'Correct the marked fields first' : meanwhile ? 'Look at what others changed first' : null)
  return (
    <section
      aria-label="Changes that are not saved"
      className="border-line bg-raised sticky bottom-18 z-10 flex flex-col gap-3 rounded-lg border p-4 shadow-lg md:bottom-4"
    >
      {meanwhile && <Conflict fields={meanwhile} onRebase={onRebase} />}
      {error && (
        <InlineAlert tone="bad" title={errorText(error).sentence}>
          {errorLine(error)}
        </InlineAlert>
      )}
      <ChangeLines changes={changes} label="Changes" />
      <div className="flex flex-wrap items-center gap-2">
        <span className="text-ink-3 mr-auto text-xs">
          {waits && vm.run
            ? 'The machine goes on as it is. What waits for a start can be applied at once after it is saved.'
            : 'Takes effect when it is saved.'}
        </span>
        <Button onClick={onDiscard}>Discard</Button>
        <Button type="submit" variant="primary" pending={isSaving} disabledReason={blocked}>
          Save {plural(changes.length, 'change')}
        </Button>
      </div>
    </section>
  )
}

function Conflict({ fields, onRebase }: { fields: readonly FieldName[]; onRebase: () => void }) {
  const names = fields.map((field) => fieldLabels[field].toLowerCase()).join(', ')
  return (
    <InlineAlert
      tone="warn"
      title="Somebody else changed this machine meanwhile"
      action={
        <Button size="sm" onClick={onRebase}>
          Keep my changes
        </Button>
      }
    >
      {fields.length > 0
        ? `New: ${names}. The page shows the new values; yours are kept below, and nothing of the others’ is overwritten but what you list here.`
        : 'Nothing that can be edited here differs; yours are kept below.'}
    </InlineAlert>
  )
}
