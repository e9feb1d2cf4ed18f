'use client'
import { TextField } from '@berth/ui/text-field'

export interface AccountName {
  name: string
  email: string
}

export interface AccountFieldsProps {
  draft: AccountName
  onChange: (part: Partial<AccountName>) => void
  /** By field: what is wrong with it, here or by the panel's answer. */
  errors: { name?: string | undefined; email?: string | undefined }
  emailHint: string
}

/** Who a user is: the name that others see, and the address to sign in with. */
export function AccountFields({ draft, onChange, errors, emailHint }: AccountFieldsProps) {
  return (
    <>
      <TextField
        label="Name"
        value={draft.name}
        maxLength={80}
        autoComplete="off"
        onChange={(event) => onChange({ name: event.target.value })}
        error={errors.name}
      />
      <TextField
        label="Email"
        type="email"
        value={draft.email}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        onChange={(event) => onChange({ email: event.target.value })}
        error={errors.email}
        hint={emailHint}
      />
    </>
  )
}
