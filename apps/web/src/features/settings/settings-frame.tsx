'use client'
import { PageHeader } from '@berth/ui/page-header'
import { SideNav } from '@berth/ui/side-nav'
import { TabLinks } from '@berth/ui/tab-links'
import { KeyRound, Network, Palette, ScrollText, ShieldCheck, TerminalSquare, UserRound, Users } from 'lucide-react'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import type { ReactNode } from 'react'
import { paths, type SettingsSection } from '../../lib/paths.ts'

const sections: readonly { section: SettingsSection; label: string; icon: ReactNode; isForAdmins?: true }[] = [
  { section: 'profile', label: 'Profile', icon: <UserRound aria-hidden /> },
  { section: 'sessions', label: 'Sessions', icon: <ShieldCheck aria-hidden /> },
  { section: 'ssh-keys', label: 'SSH keys', icon: <KeyRound aria-hidden /> },
  { section: 'tokens', label: 'API tokens', icon: <TerminalSquare aria-hidden /> },
  { section: 'appearance', label: 'Appearance', icon: <Palette aria-hidden /> },
  { section: 'audit', label: 'Audit trail', icon: <ScrollText aria-hidden /> },
  { section: 'users', label: 'Users', icon: <Users aria-hidden />, isForAdmins: true },
  { section: 'networks', label: 'Networks', icon: <Network aria-hidden />, isForAdmins: true },
]

const withTables: readonly string[] = ['users', 'networks'] satisfies SettingsSection[]
const narrow = 'md:grid-cols-[11rem_minmax(0,48rem)]'
/** For a table. */
const wide = 'md:grid-cols-[11rem_minmax(0,64rem)]'

/** The sections at the side, on a phone as tabs; each is a page of its own. */
export function SettingsFrame({ isAdmin, children }: { isAdmin: boolean; children: ReactNode }) {
  const pathname = usePathname()
  const shown = sections.filter(({ isForAdmins }) => isAdmin || !isForAdmins)
  const items = shown.map(({ section, label, icon }) => ({
    href: paths.settings(section),
    value: section,
    label,
    icon,
  }))
  const current = items.find(({ href }) => href === pathname)
  return (
    <div className="flex flex-col gap-4">
      <PageHeader title="Settings" />
      <div className="md:hidden">
        <TabLinks label="Settings" items={items} current={current?.value ?? ''} linkAs={Link} />
      </div>
      <div className={`grid items-start gap-6 ${withTables.includes(current?.value ?? '') ? wide : narrow}`}>
        <div className="max-md:hidden">
          <SideNav label="Settings" items={items} currentHref={current?.href ?? null} linkAs={Link} />
        </div>
        <div className="flex min-w-0 flex-col gap-4">{children}</div>
      </div>
    </div>
  )
}
