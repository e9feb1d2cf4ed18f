'use client'
import type { Terminal } from '@xterm/xterm'
import { useEffect, useState } from 'react'
import { navigationKeys, type NavigationKey, TouchKeys } from './touch-keys.tsx'

const sent: Readonly<Record<NavigationKey, string>> = {
  escape: '\x1b',
  tab: '\t',
  left: '\x1b[D',
  up: '\x1b[A',
  down: '\x1b[B',
  right: '\x1b[C',
}
const keys = [
  ...navigationKeys.map((key) => ({ ...key, text: sent[key.name] })),
  { label: 'Interrupt', shown: 'Ctrl C', text: '\x03' },
  { label: 'End of input', shown: 'Ctrl D', text: '\x04' },
  { label: 'Slash', shown: '/', text: '/' },
  { label: 'Pipe', shown: '|', text: '|' },
  { label: 'Hyphen', shown: '-', text: '-' },
]

/** Ctrl holds for the next letter that is typed. */
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

  const ctrl = { label: 'Ctrl', shown: 'Ctrl', isHeld: isCtrl, onPress: () => setCtrl(!isCtrl) }
  return (
    <TouchKeys
      keyboard={{ onOpen: () => terminal.focus() }}
      keys={[ctrl, ...keys.map((key) => ({ ...key, onPress: () => terminal.input(key.text) }))]}
    />
  )
}
