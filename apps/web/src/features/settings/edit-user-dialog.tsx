'use client'
import { Button } from '@berth/ui/button'
import { Dialog } from '@berth/ui/dialog'
import { InlineAlert } from '@berth/ui/inline-alert'
import { useMutation } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { type FormEvent, useState } from 'react'
import { errorLine, fieldErrors } from '../../lib/error-text.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { AccountFields } from './account-fields.tsx'
import { accountRefusals, looksLikeEmail } from './account-words.ts'
import { RoleField } from './role-field.tsx'
import { type AccountDialogProps, useRereadAccounts } from './use-account-change.ts'

type EditUserProps = AccountDialogProps & { viewerId: string }

export function EditUserDialog(props: EditUserProps) {
  return (
    <Dialog open={props.open} onOpenChange={props.onOpenChange} title={`Edit ${props.account.name}`}>
      {/* Mounted only while open, so that it starts with what is true then. */}
      <EditUserForm {...props} />
    </Dialog>
  )
}

function EditUserForm({ account, viewerId, onOpenChange }: EditUserProps) {
  const trpc = useTRPC()
  const reread = useRereadAccounts()
  const router = useRouter()
  const [draft, setDraft] = useState({ name: account.name, email: account.email, role: account.role })
  const update = useMutation(trpc.user.update.mutationOptions({ meta: { showsError: true } }))
  const changed = {
    ...(draft.name.trim() === account.name ? {} : { name: draft.name.trim() }),
    ...(draft.email.trim() === account.email ? {} : { email: draft.email.trim() }),
    ...(draft.role === account.role ? {} : { role: draft.role }),
  }
  const isSelf = account.userId === viewerId
  const reason = reasonNot(draft, changed)
  const set = (part: Partial<typeof draft>) => {
    setDraft({ ...draft, ...part })
    update.reset()
  }
  const done = () => {
    reread()
    // The menu at the top is drawn by the server.
    if (isSelf) router.refresh()
    onOpenChange(false)
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (reason !== null || update.isPending) return
    update.mutate({ userId: account.userId, ...changed }, { onSuccess: done })
  }
  const refused = fieldErrors(update.error)
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      <AccountFields
        draft={draft}
        onChange={set}
        errors={{ name: refused['name'], email: refused['email'] }}
        emailHint="To sign in with"
      />
      <RoleField
        value={draft.role}
        onChange={(role) => set({ role })}
        userRefusal={account.role === 'admin' ? accountRefusals.becomeUser(account) : null}
      />
      {changed.role !== undefined && (
        <InlineAlert tone="info">
          {isSelf ? 'You are' : `${account.name} is`} signed out everywhere, and comes back with the new role.
        </InlineAlert>
      )}
      {update.error !== null && Object.keys(refused).length === 0 && (
        <InlineAlert tone="bad">{errorLine(update.error)}</InlineAlert>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={() => onOpenChange(false)}>Cancel</Button>
        <Button type="submit" variant="primary" pending={update.isPending} disabledReason={reason}>
          Save
        </Button>
      </div>
    </form>
  )
}

function reasonNot({ name, email }: { name: string; email: string }, changed: object): string | null {
  if (name.trim() === '') return 'Type a name first'
  if (!looksLikeEmail(email)) return 'Type an email address first'
  return Object.keys(changed).length === 0 ? 'Nothing has changed' : null
}
