'use client'
import { Button } from '@berth/ui/button'
import { Dialog } from '@berth/ui/dialog'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { type FormEvent, useState } from 'react'
import { fieldErrors } from '../../lib/error-text.ts'
import { paths } from '../../lib/paths.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { AddHostFields } from './add-host-fields.tsx'
import { draftReason, emptyHostDraft, invitationOf } from './host-draft.ts'
import { HostArrival } from './host-arrival.tsx'
import { useArrivingHost } from './use-arriving-host.ts'

export interface AddHostDialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
}

/** Asks for a name, shows the command to paste, and turns green when the host is there. */
export function AddHostDialog({ open, onOpenChange }: AddHostDialogProps) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [draft, setDraft] = useState(emptyHostDraft)
  // The command holds a secret: `gcTime: 0` takes it out of the mutation cache with this dialog.
  const create = useMutation(trpc.host.createJoinToken.mutationOptions({ meta: { showsError: true }, gcTime: 0 }))
  const made = create.data
  const name = draft.name.trim()
  const host = useArrivingHost(made === undefined ? null : name)
  const isHere = host?.state === 'online'
  const rereadOpen = () => void queryClient.invalidateQueries({ queryKey: trpc.host.listJoinTokens.queryKey() })
  const change = (next: boolean) => {
    onOpenChange(next)
    if (next) return
    rereadOpen()
    create.reset()
    setDraft(emptyHostDraft)
  }
  const reason = draftReason(draft)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!create.isPending && reason === null) create.mutate(invitationOf(draft), { onSuccess: rereadOpen })
  }
  return (
    <Dialog
      open={open}
      onOpenChange={change}
      // What was made is shown this once: no click beside the dialog may lose it.
      dismissible={made === undefined || isHere}
      size="lg"
      title={made === undefined ? 'Add host' : isHere ? `${name} is here` : `Paste this on ${name}`}
      {...(made === undefined
        ? { description: 'A computer with Debian or Ubuntu that this panel can reach becomes a host by one command.' }
        : isHere
          ? {}
          : {
              description:
                'As root, in a shell of the new host. It installs what is missing, joins, and starts the agent.',
            })}
      footer={
        made === undefined ? (
          <>
            <Button onClick={() => change(false)}>Cancel</Button>
            <Button type="submit" form="add-host" variant="primary" pending={create.isPending} disabledReason={reason}>
              Make the command
            </Button>
          </>
        ) : isHere ? (
          <>
            <Button onClick={() => change(false)}>Close</Button>
            <Button asChild variant="primary">
              <Link href={paths.host(host.hostId)}>Open {name}</Link>
            </Button>
          </>
        ) : (
          <Button onClick={() => change(false)}>Close, the command stays good</Button>
        )
      }
    >
      {made === undefined ? (
        <form id="add-host" onSubmit={submit}>
          <AddHostFields draft={draft} onChange={setDraft} error={create.error} problems={fieldErrors(create.error)} />
        </form>
      ) : (
        <HostArrival name={name} command={made.command} expiresAt={made.expiresAt} host={host} port={draft.port} />
      )}
    </Dialog>
  )
}
