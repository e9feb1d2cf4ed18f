'use client'
import { DropdownMenu, MenuItem, MenuSeparator } from '@berth/ui/dropdown-menu'
import { IconButton } from '@berth/ui/icon-button'
import { EllipsisVertical, KeyRound, LogOut, Pencil, UserRoundCheck, UserRoundX } from 'lucide-react'
import { useState } from 'react'
import type { AccountRowProps } from './account-row.tsx'
import { accountRefusals } from './account-words.ts'
import { DisableUser, EnableUser } from './disable-user.tsx'
import { EditUserDialog } from './edit-user-dialog.tsx'
import { ResetPasswordDialog } from './reset-password-dialog.tsx'
import { SignOutUser } from './sign-out-user.tsx'

type Asked = 'edit' | 'reset' | 'signOut' | 'disable' | 'enable'

/** What can be done to one user; the dialogs stand outside of the menu, which goes when it closes. */
export function AccountMenu({ account, viewerId }: AccountRowProps) {
  const [asked, setAsked] = useState<Asked | null>(null)
  const ask = (what: Asked) => () => setAsked(what)
  const dialog = (what: Asked) => ({
    account,
    open: asked === what,
    onOpenChange: (open: boolean) => setAsked(open ? what : null),
  })
  return (
    <>
      <DropdownMenu
        trigger={
          <IconButton label={`Actions on ${account.name}`} size="sm">
            <EllipsisVertical />
          </IconButton>
        }
      >
        <MenuItem icon={<Pencil />} onSelect={ask('edit')}>
          Edit…
        </MenuItem>
        <MenuItem
          icon={<KeyRound />}
          onSelect={ask('reset')}
          disabledReason={accountRefusals.resetPassword(account, viewerId)}
        >
          Reset password…
        </MenuItem>
        <MenuItem icon={<LogOut />} onSelect={ask('signOut')} disabledReason={accountRefusals.signOut(account)}>
          Sign out everywhere…
        </MenuItem>
        <MenuSeparator />
        {account.disabledAt === null ? (
          <MenuItem
            icon={<UserRoundX />}
            tone="danger"
            onSelect={ask('disable')}
            disabledReason={accountRefusals.disable(account)}
          >
            Disable…
          </MenuItem>
        ) : (
          <MenuItem icon={<UserRoundCheck />} onSelect={ask('enable')}>
            Enable…
          </MenuItem>
        )}
      </DropdownMenu>
      <EditUserDialog {...dialog('edit')} viewerId={viewerId} />
      <ResetPasswordDialog {...dialog('reset')} />
      <SignOutUser {...dialog('signOut')} viewerId={viewerId} />
      <DisableUser {...dialog('disable')} viewerId={viewerId} />
      <EnableUser {...dialog('enable')} />
    </>
  )
}
