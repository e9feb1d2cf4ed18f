'use client'
import { Button } from '@berth/ui/button'
import { InlineAlert } from '@berth/ui/inline-alert'
import { type FormEvent, useRef, useState } from 'react'
import { paths } from '../../lib/paths.ts'
import { authRefusalText, changePassword, endSession } from '../../lib/auth/auth-calls.ts'
import { type PasswordDraft, passwordProblems } from '../../lib/auth/password-rules.ts'
import { NewPasswordFields } from './new-password-fields.tsx'
import { PasswordField } from './password-field.tsx'

export interface NewPasswordFormProps {
  /** A path of this panel to go to. */
  after: string
  email: string
  /** The password he signed in with, where this page still knows it; null after a reload. */
  given: string | null
}

const none: PasswordDraft = { current: '', next: '', again: '' }

/** The first sign-in's second step: nothing else goes on before the password is his own. */
export function NewPasswordForm({ after, email, given }: NewPasswordFormProps) {
  const [draft, setDraft] = useState({ ...none, current: given ?? '' })
  const [showsProblems, setShowsProblems] = useState(false)
  const [refusal, setRefusal] = useState<ReturnType<typeof authRefusalText> | null>(null)
  const [isPending, setIsPending] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const set = (part: Partial<PasswordDraft>) => {
    setDraft({ ...draft, ...part })
    setRefusal(null)
  }
  const problems = {
    ...(refusal?.field ? { [refusal.field]: refusal.text } : {}),
    ...(showsProblems ? passwordProblems(draft) : {}),
  }
  const save = async () => {
    setIsPending(true)
    try {
      // Whoever gave him the password may have signed in with it too.
      await changePassword({ currentPassword: draft.current, newPassword: draft.next, revokeOtherSessions: true })
      window.location.assign(after)
    } catch (error) {
      setRefusal(authRefusalText(error))
      setIsPending(false)
    }
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setShowsProblems(true)
    if (isPending) return
    if (Object.keys(passwordProblems(draft)).length === 0) return void save()
    form.current?.querySelector<HTMLInputElement>('input:invalid, input[aria-invalid="true"]')?.focus()
  }
  return (
    <>
      <h1 className="text-2xl font-semibold">Choose a password</h1>
      <p className="text-ink-2 mt-1 mb-7 text-sm">
        The one you signed in with was given to you. Choose one that only you know; then you are in.
      </p>
      <form ref={form} method="post" onSubmit={submit} noValidate className="flex flex-col gap-4">
        {/* Password managers file the new password under this name. */}
        <input type="email" name="email" autoComplete="username" value={email} readOnly hidden />
        {given === null && (
          <PasswordField
            label="Password you were given"
            autoComplete="current-password"
            value={draft.current}
            onChange={(current) => set({ current })}
            error={problems.current}
          />
        )}
        <NewPasswordFields draft={draft} onChange={set} problems={problems} autoFocus={given !== null} />
        {refusal !== null && refusal.field === null && <InlineAlert tone="bad">{refusal.text}</InlineAlert>}
        <Button type="submit" variant="primary" size="lg" pending={isPending} className="mt-1 w-full">
          Save and continue
        </Button>
        <LeaveButton email={email} />
      </form>
    </>
  )
}

function LeaveButton({ email }: { email: string }) {
  const toSignIn = () => window.location.assign(paths.signIn())
  return (
    <p className="text-ink-3 text-center text-xs">
      Not {email}?{' '}
      <button
        type="button"
        onClick={() => void endSession().finally(toSignIn)}
        className="text-accent-ink hover:underline"
      >
        Sign out
      </button>
    </p>
  )
}
