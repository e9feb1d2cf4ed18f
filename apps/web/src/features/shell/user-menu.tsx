'use client'
import { Avatar } from '@berth/ui/avatar'
import { DropdownMenu, MenuItem, MenuSeparator } from '@berth/ui/dropdown-menu'
import { toast } from '@berth/ui/toast'
import { LogOut, Settings } from 'lucide-react'
import Link from 'next/link'
import { paths } from '../../lib/paths.ts'
import { ThemeControl } from '../theme/theme-control.tsx'

export interface ShellUser {
  name: string
  email: string
}

export function UserMenu({ user }: { user: ShellUser }) {
  const signOut = () => {
    endSession().then(
      () => window.location.assign(paths.signIn()),
      () => toast.failure('Not signed out', { description: 'The panel did not answer. You are still signed in.' }),
    )
  }
  return (
    <DropdownMenu
      trigger={
        <button type="button" className="rounded-full">
          <span className="sr-only">Account of {user.name}</span>
          <Avatar name={user.name} />
        </button>
      }
    >
      <div className="w-60 px-2 pt-1.5 pb-2">
        <p className="truncate text-sm font-medium">{user.name}</p>
        <p className="text-ink-3 truncate text-xs">{user.email}</p>
      </div>
      <div className="px-2 pb-2" onKeyDown={(event) => event.stopPropagation()}>
        <ThemeControl className="w-full" />
      </div>
      <MenuSeparator />
      <MenuItem asChild>
        <Link href={paths.settings()}>
          <Settings aria-hidden />
          Settings
        </Link>
      </MenuItem>
      <MenuItem icon={<LogOut aria-hidden />} onSelect={signOut}>
        Sign out
      </MenuItem>
    </DropdownMenu>
  )
}

async function endSession(): Promise<void> {
  const response = await fetch('/api/auth/sign-out', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  })
  if (!response.ok) throw new Error(`sign-out answered ${response.status}`)
}
