'use client'
import { Avatar } from '@berth/ui/avatar'
import { DropdownMenu, MenuItem, MenuLabel, MenuRadioGroup, MenuSeparator } from '@berth/ui/dropdown-menu'
import { toast } from '@berth/ui/toast'
import { LogOut, Monitor, Moon, Settings, Sun } from 'lucide-react'
import Link from 'next/link'
import { paths } from '../../lib/paths.ts'
import { useTheme } from '../theme/theme-provider.tsx'

const themes = [
  { value: 'auto', label: 'Like the system', icon: <Monitor aria-hidden /> },
  { value: 'light', label: 'Light', icon: <Sun aria-hidden /> },
  { value: 'dark', label: 'Dark', icon: <Moon aria-hidden /> },
] as const

export interface ShellUser {
  name: string
  email: string
  isAdmin: boolean
}

export function UserMenu({ user }: { user: ShellUser }) {
  const { theme, setTheme } = useTheme()
  const signOut = () => {
    endSession().then(
      () => {
        // Drafts and last pictures are his, and the tab may be somebody else's next.
        window.sessionStorage.clear()
        window.location.assign(paths.signIn())
      },
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
      <MenuSeparator />
      <MenuLabel>Theme</MenuLabel>
      <MenuRadioGroup label="Theme" value={theme} onValueChange={setTheme} options={themes} />
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
