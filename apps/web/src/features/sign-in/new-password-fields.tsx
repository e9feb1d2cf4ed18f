'use client'
import { TextField } from '@berth/ui/text-field'
import { minPasswordLength, type PasswordDraft, type PasswordProblems } from '../../lib/auth/password-rules.ts'
import { PasswordField } from './password-field.tsx'

export interface NewPasswordFieldsProps {
  draft: PasswordDraft
  onChange: (part: Partial<PasswordDraft>) => void
  /** Shown, by field: found here, or by the panel. */
  problems: PasswordProblems
  autoFocus?: boolean
}

/** A new password, twice. Password managers know it by the names of the fields. */
export function NewPasswordFields({ draft, onChange, problems, autoFocus = false }: NewPasswordFieldsProps) {
  return (
    <>
      <PasswordField
        label="New password"
        autoComplete="new-password"
        value={draft.next}
        onChange={(next) => onChange({ next })}
        error={problems.next}
        {...(problems.next === undefined ? { hint: `At least ${minPasswordLength} characters` } : {})}
        autoFocus={autoFocus}
      />
      <TextField
        label="New password again"
        type="password"
        autoComplete="new-password"
        value={draft.again}
        onChange={(event) => onChange({ again: event.target.value })}
        error={problems.again}
      />
    </>
  )
}
