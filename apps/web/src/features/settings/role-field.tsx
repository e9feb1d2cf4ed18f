'use client'
import { RadioCards } from '@berth/ui/radio-cards'
import { ShieldCheck, UserRound } from 'lucide-react'
import { roleHints, roleWords } from './account-words.ts'

export interface RoleFieldProps {
  value: 'admin' | 'user'
  onChange: (role: 'admin' | 'user') => void
  /** Why he cannot be a mere user. */
  userRefusal?: string | null
}

export function RoleField({ value, onChange, userRefusal = null }: RoleFieldProps) {
  return (
    <div className="flex flex-col gap-2">
      <p className="text-sm font-medium">Role</p>
      <RadioCards
        label="Role"
        value={value}
        onValueChange={onChange}
        className="sm:grid-cols-2 lg:grid-cols-2"
        options={[
          {
            value: 'user',
            title: roleWords.user,
            description: roleHints.user,
            icon: <UserRound aria-hidden />,
            disabledReason: userRefusal,
          },
          { value: 'admin', title: roleWords.admin, description: roleHints.admin, icon: <ShieldCheck aria-hidden /> },
        ]}
      />
    </div>
  )
}
