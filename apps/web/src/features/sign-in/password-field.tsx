'use client'
import { TextField } from '@berth/ui/text-field'
import { Eye, EyeOff } from 'lucide-react'
import { type Ref, useState } from 'react'

export interface PasswordFieldProps {
  ref: Ref<HTMLInputElement>
  hasError: boolean
}

/** A password that can be looked at before it is sent. */
export function PasswordField({ ref, hasError }: PasswordFieldProps) {
  const [isShown, setIsShown] = useState(false)
  return (
    <div className="relative">
      <TextField
        ref={ref}
        label="Password"
        name="password"
        type={isShown ? 'text' : 'password'}
        autoComplete="current-password"
        aria-invalid={hasError}
        required
        suffix={<span className="w-6" />}
      />
      <button
        type="button"
        aria-label={isShown ? 'Hide password' : 'Show password'}
        aria-pressed={isShown}
        onClick={() => setIsShown(!isShown)}
        className="text-ink-3 hover:text-ink absolute right-1 bottom-1 grid size-6 place-items-center rounded-sm"
      >
        {isShown ? <EyeOff aria-hidden className="size-4" /> : <Eye aria-hidden className="size-4" />}
      </button>
    </div>
  )
}
