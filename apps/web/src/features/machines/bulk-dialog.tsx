'use client'
import { Button } from '@berth/ui/button'
import { Dialog } from '@berth/ui/dialog'
import { InlineAlert } from '@berth/ui/inline-alert'
import { ProgressBar } from '@berth/ui/progress-bar'
import { TextField } from '@berth/ui/text-field'
import type { VmView } from '@berth/core/vm/vm-view'
import { type FormEvent, useState } from 'react'
import { plural } from '../../lib/format.ts'
import { refusalOf, useVerbMutation } from '../machine-actions/vm-verb.tsx'
import { Failures, WhoCan } from './bulk-answers.tsx'
import { type BulkResult, runBulk } from './run-bulk.ts'

export type BulkVerb = 'start' | 'shutdown' | 'reboot' | 'stop' | 'delete'

const words: Readonly<Record<BulkVerb, { verb: string; warning: string | null }>> = {
  start: { verb: 'Start', warning: null },
  shutdown: { verb: 'Shut down', warning: null },
  reboot: { verb: 'Reboot', warning: null },
  stop: { verb: 'Stop', warning: 'This cuts their power. What the guests have not written to their disks is lost.' },
  delete: { verb: 'Delete', warning: 'Their disks and all that is written on them are gone for good.' },
}

/** The panel runs the tasks; this many are asked for at once. */
const atOnce = 5

export interface BulkDialogProps {
  verb: BulkVerb
  vms: readonly VmView[]
  onClose: () => void
}

/** Says who can and who cannot and why, then does it and shows how each was answered. */
export function BulkDialog({ verb, vms, onClose }: BulkDialogProps) {
  const { mutateAsync } = useVerbMutation(verb, true)
  const [results, setResults] = useState<readonly BulkResult[] | null>(null)
  const [typed, setTyped] = useState('')
  const able = vms.filter((vm) => refusalOf(verb, vm) === null)
  const [asked] = useState(able)
  const goal = `delete ${asked.length}`
  const isDone = results !== null && results.length === asked.length
  const failed = results?.filter((result) => result.error !== null) ?? []

  const run = async () => {
    setResults([])
    await runBulk({
      ids: asked.map((vm) => vm.vmId),
      limit: atOnce,
      act: (vmId) => mutateAsync(vmId),
      onResult: (result) => setResults((current) => [...(current ?? []), result]),
    })
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (isDone) onClose()
    else if (results === null && (verb !== 'delete' || typed === goal)) void run()
  }
  const title = `${words[verb].verb} ${plural(asked.length, 'machine')}${isDone ? '' : '?'}`
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={title}
      size="sm"
      dismissible={results === null || isDone}
    >
      <form onSubmit={submit} className="flex flex-col gap-4 text-sm">
        {results === null && words[verb].warning !== null && (
          <InlineAlert tone="warn">{words[verb].warning}</InlineAlert>
        )}
        {results === null && <WhoCan vms={vms} refusalOf={(vm) => refusalOf(verb, vm)} />}
        {results === null && verb === 'delete' && (
          <TextField
            label={`Type “${goal}” to confirm`}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            autoComplete="off"
            autoFocus
            mono
          />
        )}
        {results !== null && !isDone && (
          <ProgressBar label={title} value={results.length / Math.max(1, asked.length)} />
        )}
        {isDone && failed.length === 0 && (
          <InlineAlert tone="ok">All {asked.length} were accepted; the list shows how they go on.</InlineAlert>
        )}
        {failed.length > 0 && <Failures failed={failed} vms={vms} />}
        <div className="flex justify-end gap-2">
          {!isDone && <Button onClick={onClose}>{results === null ? 'Cancel' : 'Close'}</Button>}
          <Button
            type="submit"
            variant={!isDone && (verb === 'delete' || verb === 'stop') ? 'danger' : 'primary'}
            pending={results !== null && !isDone}
            disabledReason={results === null && verb === 'delete' && typed !== goal ? `Type “${goal}” first` : null}
          >
            {isDone ? 'Close' : `${words[verb].verb} ${asked.length}`}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
