'use client'
import { Toaster } from '@berth/ui/toast'
import { createContext, type ReactNode, use, useState } from 'react'
import { applyTheme, type Theme } from '../../lib/theme.ts'

interface ThemeContextValue {
  theme: Theme
  setTheme: (theme: Theme) => void
}

const ThemeContext = createContext<ThemeContextValue | null>(null)

export function useTheme(): ThemeContextValue {
  const value = use(ThemeContext)
  if (!value) throw new Error('useTheme outside of ThemeProvider')
  return value
}

/** Also holds the toasts, which follow the theme. */
export function ThemeProvider({ initial, children }: { initial: Theme; children: ReactNode }) {
  const [theme, setState] = useState(initial)
  const setTheme = (next: Theme) => {
    applyTheme(next)
    setState(next)
  }
  return (
    <ThemeContext value={{ theme, setTheme }}>
      {children}
      <Toaster theme={theme === 'auto' ? 'system' : theme} />
    </ThemeContext>
  )
}
