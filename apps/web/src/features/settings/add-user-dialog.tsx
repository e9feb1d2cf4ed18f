'use client'
import { Button } from '@berth/ui/button'
import { Dialog } from '@berth/ui/dialog'
import { InlineAlert } from '@berth/ui/inline-alert'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { errorLine, fieldErrors } from '../../lib/error-text.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { AccountFields } from './account-fields.tsx'
import { looksLikeEmail } from './account-words.ts'
import { GivenLogin, PasswordWishField, passwordWishProblem } from './given-password.tsx'
import { RoleField } from './role-field.tsx'
import { useRereadAccounts } from './use-account-change.ts'

const empty = { name: '', email: '', role: 'user', typed: null } as const
type Draft = { name: string; email: string; role: 'admin' | 'user'; typed: string | null }

/** Makes a user and shows the login, for the only time; what was typed stays when it fails. */
export function AddUserDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const trpc = useTRPC()
  const reread = useRereadAccounts()
  const [draft, setDraft] = useState<Draft>(empty)
  const [showsProblems, setShowsProblems] = useState(false)
  // The answer holds a password: `gcTime: 0` takes it out of the mutation cache with this dialog.
  const create = useMutation(trpc.user.create.mutationOptions({ meta: { showsError: true }, gcTime: 0 }))
  const made = create.data
  const set = (part: Partial<Draft>) => {
    setDraft({ ...draft, ...part })
    if (create.error !== null) create.reset()
  }
  const change = (next: boolean) => {
    onOpenChange(next)
    if (next || made === undefined) return
    create.reset()
    setDraft(empty)
    setShowsProblems(false)
  }
  const refused = fieldErrors(create.error)
  const problems = showsProblems ? problemsOf(draft) : {}
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setShowsProblems(true)
    if (create.isPending || Object.keys(problemsOf(draft)).length > 0) return
    const { typed, ...rest } = draft
    create.mutate({ ...rest, ...(typed === null ? {} : { password: typed }) }, { onSuccess: reread })
  }
  return (
    <Dialog
      open={open}
      onOpenChange={change}
      dismissible={made === undefined}
      title={made === undefined ? 'Add a user' : `${draft.name.trim()} can sign in now`}
      {...(made === undefined
        ? {}
        : { description: 'The password is shown this once. Berth keeps only a hash of it.' })}
      footer={
        made === undefined ? (
          <>
            <Button onClick={() => change(false)}>Cancel</Button>
            <Button type="submit" form="add-user" variant="primary" pending={create.isPending}>
              Add user
            </Button>
          </>
        ) : (
          <Button variant="primary" onClick={() => change(false)}>
            Done
          </Button>
        )
      }
    >
      {made === undefined ? (
        <form id="add-user" onSubmit={submit} noValidate className="flex flex-col gap-4">
          <AccountFields
            draft={draft}
            onChange={set}
            errors={{ name: problems.name ?? refused['name'], email: problems.email ?? refused['email'] }}
            emailHint="To sign in with. No mail is sent."
          />
          <RoleField value={draft.role} onChange={(role) => set({ role })} />
          <PasswordWishField wish={draft} onChange={set} error={problems.typed ?? refused['password']} />
          {create.error !== null && Object.keys(refused).length === 0 && (
            <InlineAlert tone="bad">{errorLine(create.error)}</InlineAlert>
          )}
        </form>
      ) : (
        <GivenLogin email={draft.email.trim().toLowerCase()} password={made.password ?? draft.typed ?? ''} />
      )}
    </Dialog>
  )
}

function problemsOf(draft: Draft): { name?: string; email?: string; typed?: string } {
  const typed = passwordWishProblem(draft)
  return {
    ...(draft.name.trim() === '' ? { name: 'Type a name.' } : {}),
    ...(looksLikeEmail(draft.email) ? {} : { email: 'Type an email address.' }),
    ...(typed === undefined ? {} : { typed }),
  }
}
