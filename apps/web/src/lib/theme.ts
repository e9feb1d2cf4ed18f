export const themeCookie = 'berth-theme'

export type Theme = 'auto' | 'light' | 'dark'

/** Anything unknown is `auto`: the cookie comes from outside. */
export function parseTheme(value: string | undefined): Theme {
  return value === 'light' || value === 'dark' ? value : 'auto'
}

/** Browser only: shows the theme now and keeps it for a year. */
export function applyTheme(theme: Theme): void {
  const root = document.documentElement
  if (theme === 'auto') delete root.dataset['theme']
  else root.dataset['theme'] = theme
  const secure = location.protocol === 'https:' ? '; Secure' : ''
  document.cookie = `${themeCookie}=${theme}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`
}
