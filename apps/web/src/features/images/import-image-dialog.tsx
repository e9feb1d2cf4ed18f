'use client'
import { Button } from '@berth/ui/button'
import { Dialog } from '@berth/ui/dialog'
import { InlineAlert } from '@berth/ui/inline-alert'
import { useMutation, useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { type FormEvent, useState } from 'react'
import { errorText, fieldErrors } from '../../lib/error-text.ts'
import { newIdempotencyKey } from '../../lib/idempotency-key.ts'
import { useKeptDraft } from '../../lib/kept-draft.ts'
import { paths } from '../../lib/paths.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { CancelTask } from '../tasks/cancel-task.tsx'
import { CataloguePicker } from './catalogue-picker.tsx'
import {
  draftOfEntry,
  draftProblems,
  emptyDraft,
  type ImportDraft,
  importRequest,
  readImportDraft,
} from './import-draft.ts'
import { ImportFields } from './import-fields.tsx'
import { ImportProgress, useTask } from './import-progress.tsx'

export interface ImportImageDialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  /** What the form starts with. The dialog's owner gives it a new key for another start. */
  initial?: ImportDraft | undefined
}

interface Started {
  operationId: string
  imageId: string
}

/** Asks for an image and shows its import in place. */
export function ImportImageDialog({ open, onOpenChange, initial }: ImportImageDialogProps) {
  const trpc = useTRPC()
  const { draft: kept, keep } = useKeptDraft('image-import', readImportDraft)
  // What it starts with, or what was sent; the first change makes a draft of it.
  const [given, setGiven] = useState<ImportDraft | null>(initial ?? null)
  const draft = given ?? kept ?? emptyDraft
  const [showsProblems, setShowsProblems] = useState(false)
  const [started, setStarted] = useState<Started | null>(null)
  const [idempotencyKey, setKey] = useState(newIdempotencyKey)
  const task = useTask(started?.operationId ?? null)
  const { data: catalogue } = useQuery(trpc.image.catalogue.queryOptions())
  const start = useMutation(trpc.image.importUrl.mutationOptions({ meta: { showsError: true } }))

  const change = (next: ImportDraft) => {
    setGiven(null)
    keep(next)
    setKey(newIdempotencyKey())
    start.reset()
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setShowsProblems(true)
    if (start.isPending || Object.keys(draftProblems(draft)).length > 0) return
    const accepted = (answer: Started) => {
      setGiven(draft)
      keep(null)
      setStarted(answer)
    }
    start.mutate({ ...importRequest(draft), idempotencyKey }, { onSuccess: accepted })
  }
  const again = (next: ImportDraft | null) => {
    setGiven(null)
    keep(next)
    setKey(newIdempotencyKey())
    start.reset()
    setStarted(null)
    setShowsProblems(false)
  }
  const entry = catalogue?.items.find((item) => item.name === draft.entry)
  const errors = { ...(showsProblems ? draftProblems(draft) : {}), ...fieldErrors(start.error) }
  const hasFieldError = Object.keys(fieldErrors(start.error)).length > 0
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      size="lg"
      title={started === null ? 'Import an image' : `Import ${draft.name}`}
      {...(started === null ? { description: 'A disk image that machines are made from.' } : {})}
      footer={
        started === null ? (
          <>
            {kept !== null && given === null && (
              <Button variant="ghost" className="mr-auto" onClick={() => again(null)}>
                Discard draft
              </Button>
            )}
            <Button onClick={() => onOpenChange(false)}>Cancel</Button>
            <Button type="submit" form="import-image" variant="primary" pending={start.isPending}>
              Import
            </Button>
          </>
        ) : (
          <ProgressButtons
            task={task}
            imageId={started.imageId}
            onEdit={() => again(draft)}
            onAnother={() => again(null)}
            onClose={() => onOpenChange(false)}
          />
        )
      }
    >
      {started === null ? (
        <form id="import-image" onSubmit={submit} className="flex flex-col gap-4" noValidate>
          <div className="grid gap-5 sm:grid-cols-[13rem_1fr]">
            <CataloguePicker
              value={draft.entry}
              onChoose={(chosen) => change(chosen === null ? { ...emptyDraft } : draftOfEntry(chosen))}
            />
            <ImportFields draft={draft} onChange={change} errors={errors} checksumUrl={entry?.checksumUrl ?? null} />
          </div>
          {start.error !== null && !hasFieldError && <Refusal error={start.error} />}
        </form>
      ) : (
        <ImportProgress operationId={started.operationId} />
      )}
    </Dialog>
  )
}

function Refusal({ error }: { error: unknown }) {
  const { sentence, message, remedy, code } = errorText(error)
  return (
    <InlineAlert tone="bad" title={sentence}>
      {message} {remedy} <span className="text-ink-3 font-mono text-xs">{code}</span>
    </InlineAlert>
  )
}

interface ProgressButtonsProps {
  task: ReturnType<typeof useTask>
  imageId: string
  onEdit: () => void
  onAnother: () => void
  onClose: () => void
}

function ProgressButtons({ task, imageId, onEdit, onAnother, onClose }: ProgressButtonsProps) {
  const status = task?.status
  if (status === 'succeeded') {
    return (
      <>
        <Button onClick={onAnother}>Import another</Button>
        <Button asChild variant="primary">
          <Link href={paths.newMachine({ image: imageId })}>Create a machine</Link>
        </Button>
      </>
    )
  }
  if (status === 'failed' || status === 'cancelled' || status === 'interrupted') {
    return (
      <>
        <Button onClick={onClose}>Close</Button>
        <Button variant="primary" onClick={onEdit}>
          Change and try again
        </Button>
      </>
    )
  }
  return (
    <>
      {task && <CancelTask task={task} size="md" />}
      <Button onClick={onAnother}>Import another</Button>
      <Button variant="primary" onClick={onClose} tooltip="The import goes on; its card shows how far it is">
        Continue in background
      </Button>
    </>
  )
}
