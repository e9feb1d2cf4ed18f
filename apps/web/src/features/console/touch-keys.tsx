'use client'
import { Keyboard } from 'lucide-react'
import type { ReactNode } from 'react'
import { TouchKey } from './touch-key.tsx'

export interface TouchKeyEntry {
  label: string
  shown: string
  onPress: () => void
  /** Of a key that holds: whether it is down. */
  isHeld?: boolean | undefined
}

export const navigationKeys = [
  { name: 'escape', label: 'Escape', shown: 'Esc' },
  { name: 'tab', label: 'Tab', shown: 'Tab' },
  { name: 'left', label: 'Left', shown: '←' },
  { name: 'up', label: 'Up', shown: '↑' },
  { name: 'down', label: 'Down', shown: '↓' },
  { name: 'right', label: 'Right', shown: '→' },
] as const
export type NavigationKey = (typeof navigationKeys)[number]['name']

export interface TouchKeysProps {
  keyboard: { isOpen?: boolean | undefined; onOpen: () => void }
  keys: readonly TouchKeyEntry[]
  /** What takes the text of the on-screen keyboard, where the console has no field of its own. */
  children?: ReactNode
}

/** Below a console on touch screens: keys that a phone does not have, and a way to open the keyboard that it has. */
export function TouchKeys({ keyboard, keys, children }: TouchKeysProps) {
  return (
    <div
      role="toolbar"
      aria-label="Keys"
      className="border-line flex gap-1 overflow-x-auto border-t p-1.5 pointer-fine:hidden"
    >
      <TouchKey label="Show the keyboard" isHeld={keyboard.isOpen} onPress={keyboard.onOpen}>
        <Keyboard aria-hidden className="size-4" />
      </TouchKey>
      {keys.map(({ label, shown, onPress, isHeld }) => (
        <TouchKey key={label} label={label} isHeld={isHeld} onPress={onPress}>
          {shown}
        </TouchKey>
      ))}
      {children}
    </div>
  )
}
