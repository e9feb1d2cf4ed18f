'use client'
import { BottomNav } from '@berth/ui/bottom-nav'
import { Drawer } from '@berth/ui/drawer'
import { IconButton } from '@berth/ui/icon-button'
import { Kbd } from '@berth/ui/kbd'
import { SideNav } from '@berth/ui/side-nav'
import { Menu, Search } from 'lucide-react'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { type ReactNode, useState } from 'react'
import { paths } from '../../lib/paths.ts'
import { DefaultCommands } from '../palette/default-commands.tsx'
import { PaletteProvider, usePalette } from '../palette/palette-provider.tsx'
import { Logo, LogoMark } from './logo.tsx'
import { bottomPlaces, currentPlace, navPlaces } from './nav-places.tsx'
import { type ShellUser, UserMenu } from './user-menu.tsx'

export interface AppShellProps {
  user: ShellUser | null
  /** Header: whether the page is live (LiveIndicator with the state of the event stream). */
  live?: ReactNode
  /** Header: TaskDrawer with its list. */
  tasks?: ReactNode
  /** Under the header, over every page: "this panel cannot reach its database". */
  banner?: ReactNode
  children: ReactNode
}

/** The frame around every page behind the sign-in: side nav (bottom bar and sheet on a phone), header, palette. */
export function AppShell(props: AppShellProps) {
  return (
    <PaletteProvider>
      <DefaultCommands isAdmin={props.user?.isAdmin ?? false} />
      <Frame {...props} />
    </PaletteProvider>
  )
}

function Frame({ user, live, tasks, banner, children }: AppShellProps) {
  const current = currentPlace(usePathname())
  const places = navPlaces(user?.isAdmin ?? false)
  return (
    <div className="flex min-h-dvh">
      <a
        href="#main"
        className="bg-accent text-on-accent sr-only z-50 rounded-md px-3 py-2 text-sm focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to content
      </a>
      <aside className="border-line bg-sunken sticky top-0 hidden h-dvh w-56 shrink-0 flex-col border-r md:flex">
        <Link href={paths.dashboard()} aria-label="Berth, dashboard" className="flex h-13 items-center px-4">
          <Logo />
        </Link>
        <div className="flex-1 overflow-y-auto px-2.5 py-2">
          <SideNav label="Main" items={places} currentHref={current} linkAs={Link} />
        </div>
      </aside>
      <div className="flex min-w-0 flex-1 flex-col">
        <header className="border-line bg-canvas/90 sticky top-0 z-30 flex h-13 items-center gap-2 border-b px-3 backdrop-blur-md md:px-6">
          <PhoneMenu places={places} current={current} />
          <SearchButton />
          <div className="ml-auto flex items-center gap-1.5">
            {live}
            {tasks}
            {user && <UserMenu user={user} />}
          </div>
        </header>
        {banner}
        <main id="main" tabIndex={-1} className="min-w-0 flex-1 px-4 pt-5 pb-24 outline-none md:px-6 md:pb-8">
          {children}
        </main>
      </div>
      <BottomNav label="Main places" items={bottomPlaces(user?.isAdmin ?? false)} currentHref={current} linkAs={Link} />
    </div>
  )
}

function PhoneMenu({ places, current }: { places: ReturnType<typeof navPlaces>; current: string | null }) {
  const [open, setOpen] = useState(false)
  return (
    <div className="flex items-center gap-1.5 md:hidden">
      <IconButton label="Menu" onClick={() => setOpen(true)}>
        <Menu />
      </IconButton>
      <LogoMark className="size-6" />
      <Drawer open={open} onOpenChange={setOpen} title="Berth" side="left" className="max-w-72">
        <div className="p-2.5">
          <SideNav
            label="All places"
            items={places}
            currentHref={current}
            linkAs={Link}
            onNavigate={() => setOpen(false)}
          />
        </div>
      </Drawer>
    </div>
  )
}

function SearchButton() {
  const palette = usePalette()
  return (
    <button
      type="button"
      onClick={palette.open}
      aria-keyshortcuts="Control+K Meta+K"
      className="text-ink-3 hover:text-ink md:border-line md:bg-surface md:hover:border-line-control flex h-8 items-center gap-2 rounded-md px-2 text-sm transition-colors md:w-72 md:border md:shadow-xs"
    >
      <Search aria-hidden className="size-4" />
      <span className="flex-1 text-left max-md:sr-only">Search or run a command</span>
      <Kbd className="max-md:hidden">Ctrl K</Kbd>
    </button>
  )
}
