'use client'
import { ageText } from '@berth/ui/age-text'
import { Button } from '@berth/ui/button'
import { InlineAlert } from '@berth/ui/inline-alert'
import { TextField } from '@berth/ui/text-field'
import { useNow } from '@berth/ui/ticking-clock'
import { type FormEvent, useRef, useState } from 'react'
import { askSignIn, type SignInOutcome } from './ask-sign-in.ts'
import { PasswordField } from './password-field.tsx'
import type { GivenLogin } from './sign-in-screen.tsx'

export interface SignInFormProps {
  /** A path of this panel to go to. */
  after: string
  /** He is signed in, but with a password that somebody gave him. */
  onMustChangePassword: (given: GivenLogin) => void
}

export function SignInForm({ after, onMustChangePassword }: SignInFormProps) {
  const [outcome, setOutcome] = useState<SignInOutcome | null>(null)
  const [isPending, setIsPending] = useState(false)
  const password = useRef<HTMLInputElement>(null)
  const now = useNow()
  const waitMs = outcome?.kind === 'wait' && now !== null ? Math.max(0, outcome.untilMs - now) : 0

  const submit = async (form: FormData) => {
    const [email, secret] = [form.get('email'), form.get('password')]
    if (typeof email !== 'string' || typeof secret !== 'string') return
    setIsPending(true)
    const next = await askSignIn(email, secret)
    setOutcome(next)
    if (next.kind === 'signedIn' && next.mustChangePassword) return onMustChangePassword({ email, password: secret })
    // A full load: password managers see that it worked, and nothing of this page stays in memory.
    if (next.kind === 'signedIn') return window.location.assign(after)
    setIsPending(false)
    password.current?.select()
  }
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (!isPending && waitMs === 0) void submit(new FormData(event.currentTarget))
  }
  return (
    // The method keeps the password out of the address, should the script not have loaded yet.
    <form method="post" onSubmit={onSubmit} className="flex flex-col gap-4">
      <TextField
        label="Email"
        name="email"
        type="email"
        autoComplete="username"
        inputMode="email"
        autoCapitalize="off"
        spellCheck={false}
        required
        autoFocus
      />
      <PasswordField ref={password} />
      <Refusal outcome={outcome} waitMs={waitMs} />
      <Button
        type="submit"
        variant="primary"
        size="lg"
        pending={isPending}
        disabledReason={waitMs > 0 ? `Try again in ${ageText(waitMs, 'elapsed')}` : null}
        className="mt-1 w-full"
      >
        Sign in
      </Button>
    </form>
  )
}

function Refusal({ outcome, waitMs }: { outcome: SignInOutcome | null; waitMs: number }) {
  if (outcome === null || outcome.kind === 'signedIn') return null
  if (outcome.kind === 'wrong') {
    return <InlineAlert tone="bad" title="Email or password is wrong" children="Check both and try again." />
  }
  if (outcome.kind === 'disabled') {
    return (
      <InlineAlert tone="bad" title="This account is disabled">
        Ask an administrator of this panel to enable it.
      </InlineAlert>
    )
  }
  if (outcome.kind === 'failed') return <InlineAlert tone="bad">{outcome.message}</InlineAlert>
  if (waitMs === 0) return <InlineAlert tone="info">You can try again now.</InlineAlert>
  return (
    <InlineAlert tone="warn" title="Too many attempts">
      Try again in {ageText(waitMs, 'elapsed')}.
    </InlineAlert>
  )
}
