'use client'
import type { Terminal } from '@xterm/xterm'
import { Keyboard } from 'lucide-react'
import { useEffect, useState } from 'react'
import { TouchKey } from './touch-key.tsx'

const keys = [
  { label: 'Escape', shown: 'Esc', sent: '\x1b' },
  { label: 'Tab', shown: 'Tab', sent: '\t' },
  { label: 'Left', shown: '←', sent: '\x1b[D' },
  { label: 'Up', shown: '↑', sent: '\x1b[A' },
  { label: 'Down', shown: '↓', sent: '\x1b[B' },
  { label: 'Right', shown: '→', sent: '\x1b[C' },
  { label: 'Interrupt', shown: 'Ctrl C', sent: '\x03' },
  { label: 'End of input', shown: 'Ctrl D', sent: '\x04' },
  { label: 'Slash', shown: '/', sent: '/' },
  { label: 'Pipe', shown: '|', sent: '|' },
  { label: 'Hyphen', shown: '-', sent: '-' },
] as const

/** Keys that a phone does not have. Ctrl holds for the next letter that is typed. */
export function SerialKeyRow({ terminal }: { terminal: Terminal }) {
  const [isCtrl, setCtrl] = useState(false)

  useEffect(() => {
    if (!isCtrl) return
    const { textarea } = terminal
    const hold = (event: InputEvent) => {
      const letter = /^[a-z]$/i.exec(event.data ?? '')
      if (!letter) return
      event.preventDefault()
      event.stopImmediatePropagation()
      terminal.input(String.fromCharCode(letter[0].toUpperCase().charCodeAt(0) - 64))
      setCtrl(false)
    }
    textarea?.addEventListener('beforeinput', hold, { capture: true })
    return () => textarea?.removeEventListener('beforeinput', hold, { capture: true })
  }, [isCtrl, terminal])

  return (
    <div
      role="toolbar"
      aria-label="Keys"
      className="border-line flex gap-1 overflow-x-auto border-t p-1.5 pointer-fine:hidden"
    >
      <TouchKey label="Show the keyboard" onPress={() => terminal.focus()}>
        <Keyboard aria-hidden className="size-4" />
      </TouchKey>
      <TouchKey label="Ctrl" isHeld={isCtrl} onPress={() => setCtrl(!isCtrl)}>
        Ctrl
      </TouchKey>
      {keys.map(({ label, shown, sent }) => (
        <TouchKey key={label} label={label} onPress={() => terminal.input(sent)}>
          {shown}
        </TouchKey>
      ))}
    </div>
  )
}
