'use client'
import { ThemeToggle } from '@berth/ui/theme-toggle'
import { useTheme } from './theme-provider.tsx'

export function ThemeControl({ className }: { className?: string | undefined }) {
  const { theme, setTheme } = useTheme()
  return <ThemeToggle value={theme} onValueChange={setTheme} className={className} />
}
