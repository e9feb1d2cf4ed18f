/** Every address of the panel is built here; a page that moves is changed in one place. */
export const machineTabs = ['overview', 'console', 'hardware', 'metrics', 'activity', 'expert'] as const
export type MachineTab = (typeof machineTabs)[number]

export const settingsSections = [
  'profile',
  'sessions',
  'tokens',
  'ssh-keys',
  'appearance',
  'audit',
  'users',
  'networks',
] as const
export type SettingsSection = (typeof settingsSections)[number]

type Query = Readonly<Record<string, string | number | undefined>>

const segment = (id: string) => encodeURIComponent(id)

function withQuery(path: string, query: Query = {}): string {
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') search.set(key, String(value))
  }
  return search.size === 0 ? path : `${path}?${search.toString()}`
}

export const paths = {
  dashboard: () => '/',
  machines: (query?: Query) => withQuery('/machines', query),
  newMachine: (query?: Query) => withQuery('/machines/new', query),
  machine: (vmId: string, tab: MachineTab = 'overview') =>
    tab === 'overview' ? `/machines/${segment(vmId)}` : `/machines/${segment(vmId)}/${tab}`,
  /** The console alone in its own window. */
  consoleWindow: (vmId: string, kind: 'screen' | 'serial') => `/console/${segment(vmId)}/${kind}`,
  images: (query?: Query) => withQuery('/images', query),
  image: (imageId: string) => `/images/${segment(imageId)}`,
  hosts: (query?: Query) => withQuery('/hosts', query),
  host: (hostId: string) => `/hosts/${segment(hostId)}`,
  hostMaintenance: (hostId: string) => `/hosts/${segment(hostId)}/maintenance`,
  storage: () => '/storage',
  tasks: (query?: Query) => withQuery('/tasks', query),
  task: (operationId: string) => `/tasks/${segment(operationId)}`,
  settings: (section: SettingsSection = 'profile', query?: Query) => withQuery(`/settings/${section}`, query),
  /** `next` must be a path of this panel; signIn refuses to carry anything else. */
  signIn: (next?: string) => withQuery('/sign-in', { next: safeNext(next) }),
  /** For whoever signed in with a password that somebody else gave him. */
  newPassword: (next?: string) => withQuery('/sign-in/new-password', { next: safeNext(next) }),
} as const

/**
 * Where to go after signing in: only a path on this origin, else undefined. `//host` and `/\host` are other origins, and
 * browsers drop tabs and line ends before they read an address, so `/<tab>/host` is one too.
 */
export function safeNext(next: string | null | undefined): string | undefined {
  return next && /^\/(?![/\\])[^\p{Cc}]*$/u.test(next) && next !== '/' ? next : undefined
}
