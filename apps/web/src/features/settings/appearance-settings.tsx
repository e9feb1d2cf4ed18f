'use client'
import { Card } from '@berth/ui/card'
import { RadioCards } from '@berth/ui/radio-cards'
import { Monitor, Moon, Sun } from 'lucide-react'
import { useTheme } from '../theme/theme-provider.tsx'

const themes = [
  { value: 'auto', title: 'Like the system', description: 'Follows your computer, day and night', icon: <Monitor /> },
  { value: 'light', title: 'Light', icon: <Sun /> },
  { value: 'dark', title: 'Dark', icon: <Moon /> },
] as const

export function AppearanceSettings() {
  const { theme, setTheme } = useTheme()
  return (
    <Card title="Appearance" description="Kept in this browser">
      <RadioCards label="Theme" value={theme} onValueChange={setTheme} options={themes} />
    </Card>
  )
}
