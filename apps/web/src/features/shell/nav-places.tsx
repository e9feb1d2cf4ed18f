import { Database, Disc3, LayoutDashboard, ListChecks, MonitorDot, Server, Settings } from 'lucide-react'
import { paths } from '../../lib/paths.ts'

const places = [
  { href: paths.dashboard(), label: 'Dashboard', icon: <LayoutDashboard aria-hidden /> },
  { href: paths.machines(), label: 'Machines', icon: <MonitorDot aria-hidden /> },
  { href: paths.images(), label: 'Images', icon: <Disc3 aria-hidden /> },
  { href: paths.hosts(), label: 'Hosts', icon: <Server aria-hidden />, isForAdmins: true },
  // Not on a phone's bottom bar, which has five.
  { href: paths.storage(), label: 'Storage', icon: <Database aria-hidden />, isForAdmins: true, isAside: true },
  { href: paths.tasks(), label: 'Tasks', icon: <ListChecks aria-hidden /> },
  { href: '/settings', label: 'Settings', icon: <Settings aria-hidden /> },
] as const

/** The main places, in the order of the side nav: those that the viewer may open. */
export const navPlaces = (isAdmin: boolean) => places.filter((place) => isAdmin || !('isForAdmins' in place))

/** Those at the lower edge of a phone. */
export const bottomPlaces = (isAdmin: boolean) =>
  navPlaces(isAdmin)
    .filter((place) => !('isAside' in place))
    .slice(0, 5)

/** The place that a page belongs to. */
export function currentPlace(pathname: string): string | null {
  const place = places.find(({ href }) =>
    href === '/' ? pathname === '/' : pathname === href || pathname.startsWith(`${href}/`),
  )
  return place?.href ?? null
}
