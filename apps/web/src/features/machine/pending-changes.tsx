'use client'
import type { VmView } from '@berth/core/vm/vm-view'
import { Badge } from '@berth/ui/badge'
import { Button } from '@berth/ui/button'
import { InlineAlert } from '@berth/ui/inline-alert'
import { ArrowRight } from 'lucide-react'
import { errorLine, errorText } from '../../lib/error-text.ts'
import { plural } from '../../lib/format.ts'
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
      <ul className="flex flex-col gap-1.5 text-sm">
        {changes.map(({ field, from, to, applies }) => (
          <li key={field} className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
            <span className="text-ink-2 w-24">{fieldLabels[field]}</span>
            <span className="text-ink-3 max-w-60 truncate line-through">{from}</span>
            <ArrowRight aria-label="becomes" className="text-ink-3 size-3.5" />
            <span className="max-w-72 truncate font-medium">{to}</span>
            <Badge tone={applies === 'live' ? 'ok' : 'accent'} className="ml-auto">
              {applies}
            </Badge>
          </li>
        ))}
      </ul>
      <div className="flex flex-wrap items-center gap-2">
        <span className="text-ink-3 mr-auto text-xs">
          {waits && vm.run
            ? 'The machine goes on as it is; what waits is applied when it starts next.'
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
