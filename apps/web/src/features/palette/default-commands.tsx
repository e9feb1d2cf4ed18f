'use client'
import { Monitor, Moon, Plus, Sun } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useMemo } from 'react'
import { paths } from '../../lib/paths.ts'
import { navPlaces } from '../shell/nav-places.tsx'
import { useTheme } from '../theme/theme-provider.tsx'
import { usePalette, usePaletteGroup } from './palette-provider.tsx'

/** Places and actions that every page offers. */
export function DefaultCommands({ isAdmin }: { isAdmin: boolean }) {
  const router = useRouter()
  const { setTheme } = useTheme()
  const { close } = usePalette()

  const places = useMemo(() => {
    const go = (href: string) => () => {
      close()
      router.push(href)
    }
    return {
      heading: 'Go to',
      items: navPlaces(isAdmin).map(({ href, label, icon }) => ({ id: `go:${href}`, label, icon, onSelect: go(href) })),
    }
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
  return null
}
