'use client'
import { CodeBlock } from '@berth/ui/code-block'
import { RadioCards } from '@berth/ui/radio-cards'
import { TextField } from '@berth/ui/text-field'
import { minPasswordLength } from '../../lib/auth/password-rules.ts'

/** `typed` null: Berth makes one. */
export interface PasswordWish {
  typed: string | null
}

export interface PasswordWishFieldProps {
  wish: PasswordWish
  onChange: (wish: PasswordWish) => void
  error: string | undefined
}

const ways = [
  { value: 'made', title: 'Make one', description: 'Shown once, here' },
  { value: 'typed', title: 'Type one', description: 'You tell it to the user' },
] as const

export function PasswordWishField({ wish, onChange, error }: PasswordWishFieldProps) {
  return (
    <div className="flex flex-col gap-2">
      <p className="text-sm font-medium">First password</p>
      <RadioCards
        label="First password"
        value={wish.typed === null ? 'made' : 'typed'}
        onValueChange={(way) => onChange({ typed: way === 'made' ? null : '' })}
        options={ways}
        className="sm:grid-cols-2 lg:grid-cols-2"
      />
      {wish.typed !== null && (
        <TextField
          label="Password"
          hideLabel
          value={wish.typed}
          onChange={(event) => onChange({ typed: event.target.value })}
          error={error}
          hint={`At least ${minPasswordLength} characters`}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          mono
        />
      )}
      <p className="text-ink-3 text-xs">It must be changed at the first sign-in.</p>
    </div>
  )
}

/** What the field shows, or undefined. */
export const passwordWishProblem = ({ typed }: PasswordWish): string | undefined =>
  typed !== null && typed.length < minPasswordLength ? `Use at least ${minPasswordLength} characters.` : undefined

/** What to hand over: with the address and the email, so that it can be sent as it is. */
export function GivenLogin({ email, password }: { email: string; password: string }) {
  const text = `${window.location.origin}\nemail: ${email}\npassword: ${password}`
  return (
    <div className="flex flex-col gap-3">
      <CodeBlock title="Login to hand over" code={text} wrap />
      <p className="text-ink-2 text-sm">
        Give it to {email} by a way that nobody else reads. At the first sign-in a new password is asked for.
      </p>
    </div>
  )
}
