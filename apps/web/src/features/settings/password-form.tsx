'use client'
import { Button } from '@berth/ui/button'
import { Card } from '@berth/ui/card'
import { Checkbox } from '@berth/ui/checkbox'
import { InlineAlert } from '@berth/ui/inline-alert'
import { TextField } from '@berth/ui/text-field'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { authRefusalText, changePassword } from '../../lib/auth/auth-calls.ts'
import { type PasswordDraft, passwordProblems } from '../../lib/auth/password-rules.ts'
import { NewPasswordFields } from '../sign-in/new-password-fields.tsx'

const empty: PasswordDraft = { current: '', next: '', again: '' }

export function PasswordForm() {
  const [draft, setDraft] = useState(empty)
  const [endsOthers, setEndsOthers] = useState(true)
  const [showsProblems, setShowsProblems] = useState(false)
  const change = useMutation({ mutationFn: changePassword, meta: { showsError: true } })
  const set = (part: Partial<PasswordDraft>) => {
    setDraft({ ...draft, ...part })
    change.reset()
  }
  const refusal = change.error === null ? null : authRefusalText(change.error)
  const problems = {
    ...(refusal?.field ? { [refusal.field]: refusal.text } : {}),
    ...(showsProblems ? passwordProblems(draft) : {}),
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setShowsProblems(true)
    if (change.isPending || Object.keys(passwordProblems(draft)).length > 0) return
    const wanted = { currentPassword: draft.current, newPassword: draft.next, revokeOtherSessions: endsOthers }
    const done = () => {
      setDraft(empty)
      setShowsProblems(false)
    }
    change.mutate(wanted, { onSuccess: done })
  }
  return (
    <Card title="Password">
      <form method="post" onSubmit={submit} className="flex max-w-md flex-col gap-4" noValidate>
        <TextField
          label="Current password"
          type="password"
          autoComplete="current-password"
          value={draft.current}
          onChange={(event) => set({ current: event.target.value })}
          error={problems.current}
        />
        <NewPasswordFields draft={draft} onChange={set} problems={problems} />
        <Checkbox
          label="Sign out everywhere else"
          hint="Recommended: ends all your other sessions"
          checked={endsOthers}
          onCheckedChange={setEndsOthers}
        />
        {refusal !== null && refusal.field === null && <InlineAlert tone="bad">{refusal.text}</InlineAlert>}
        {change.isSuccess && <InlineAlert tone="ok">Your password is changed.</InlineAlert>}
        <div>
          <Button type="submit" variant="primary" pending={change.isPending}>
            Change password
          </Button>
        </div>
      </form>
    </Card>
  )
}
