'use client'
import { TextField } from '@berth/ui/text-field'
import { Eye, EyeOff } from 'lucide-react'
import { type Ref, useState } from 'react'

export interface PasswordFieldProps {
  label?: string
  autoComplete?: 'current-password' | 'new-password'
  ref?: Ref<HTMLInputElement>
  error?: string | undefined
  hint?: string
  value?: string
  onChange?: (value: string) => void
  autoFocus?: boolean
}

/** A password that can be looked at before it is sent. */
export function PasswordField(props: PasswordFieldProps) {
  const { label = 'Password', autoComplete = 'current-password', onChange, ...rest } = props
  const [isShown, setIsShown] = useState(false)
  return (
    <TextField
      {...rest}
      label={label}
      name={autoComplete === 'new-password' ? 'new-password' : 'password'}
      type={isShown ? 'text' : 'password'}
      autoComplete={autoComplete}
      {...(onChange ? { onChange: (event) => onChange(event.target.value) } : {})}
      required
      suffix={
        <button
          type="button"
          aria-label={isShown ? 'Hide password' : 'Show password'}
          aria-pressed={isShown}
          onClick={() => setIsShown(!isShown)}
          className="text-ink-3 hover:text-ink -mr-1.5 grid size-6 place-items-center rounded-sm"
        >
          {isShown ? <EyeOff aria-hidden className="size-4" /> : <Eye aria-hidden className="size-4" />}
        </button>
      }
    />
  )
}
