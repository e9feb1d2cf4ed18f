'use client'
import { late, useLate } from '@berth/ui/late'
import { Monitor, Moon, Plus, Settings, Sun } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useMemo } from 'react'
import { paths, type SettingsSection } from '../../lib/paths.ts'
import { navPlaces } from '../shell/nav-places.tsx'
import { useTheme } from '../theme/theme-provider.tsx'
import { usePalette, usePaletteGroup } from './palette-provider.tsx'

/** Those that are looked for by name; the rest is one click behind Settings. */
const settingsPlaces: readonly { section: SettingsSection; label: string }[] = [
  { section: 'ssh-keys', label: 'SSH keys' },
  { section: 'tokens', label: 'API tokens' },
  { section: 'sessions', label: 'Sessions' },
  { section: 'audit', label: 'Audit trail' },
]

// With the palette, on first use.
const found = late(() => import('./found-objects.tsx'))

/** Places and actions that every page offers, and what is found by name while the palette is open. */
export function DefaultCommands({ isAdmin }: { isAdmin: boolean }) {
  const router = useRouter()
  const { setTheme } = useTheme()
  const { close, isOpen } = usePalette()

  const places = useMemo(() => {
    const go = (href: string) => () => {
      close()
      router.push(href)
    }
    const main = navPlaces(isAdmin).map(({ href, label, icon }) => ({
      id: `go:${href}`,
      label,
      icon,
      onSelect: go(href),
    }))
    const settings = settingsPlaces.map(({ section, label }) => ({
      id: `go:settings-${section}`,
      label: `Settings: ${label}`,
      keywords: [label],
      icon: <Settings />,
      onSelect: go(paths.settings(section)),
    }))
    return { heading: 'Go to', items: [...main, ...settings] }
  }, [router, close, isAdmin])

  const actions = useMemo(() => {
    const run = (action: () => void) => () => {
      close()
      action()
    }
    return {
      heading: 'Do',
      items: [
        {
          id: 'do:create',
          label: 'Create machine',
          keywords: ['new vm'],
          icon: <Plus />,
          onSelect: run(() => router.push(paths.newMachine())),
        },
        { id: 'theme:light', label: 'Theme: light', icon: <Sun />, onSelect: run(() => setTheme('light')) },
        { id: 'theme:dark', label: 'Theme: dark', icon: <Moon />, onSelect: run(() => setTheme('dark')) },
        { id: 'theme:auto', label: 'Theme: like the system', icon: <Monitor />, onSelect: run(() => setTheme('auto')) },
      ],
    }
  }, [router, setTheme, close])

  usePaletteGroup(places)
  usePaletteGroup(actions)
  const loaded = useLate(found, isOpen ? 1 : 0)
  return loaded ? <loaded.FoundObjects isAdmin={isAdmin} /> : null
}
