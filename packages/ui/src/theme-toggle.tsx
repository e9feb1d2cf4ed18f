'use client'
import { Monitor, Moon, Sun } from 'lucide-react'
import { SegmentedControl } from './segmented-control.tsx'

export type ThemeChoice = 'auto' | 'light' | 'dark'

const options = [
  { value: 'auto', label: <Monitor aria-hidden />, title: 'Like the system' },
  { value: 'light', label: <Sun aria-hidden />, title: 'Light' },
  { value: 'dark', label: <Moon aria-hidden />, title: 'Dark' },
] as const

export interface ThemeToggleProps {
  value: ThemeChoice
  onValueChange: (value: ThemeChoice) => void
  className?: string | undefined
}

export function ThemeToggle({ value, onValueChange, className }: ThemeToggleProps) {
  return (
    <SegmentedControl
      label="Theme"
      value={value}
      onValueChange={onValueChange}
      options={options}
      className={className}
    />
  )
}
