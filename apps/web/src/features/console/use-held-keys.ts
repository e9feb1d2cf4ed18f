'use client'
import { useEffect, useState } from 'react'
import { type KeySink, modifierKeys, type ModifierName } from './screen-keys.ts'

export interface HeldKeys {
  has: (name: ModifierName) => boolean
  /** Presses it and keeps it down, or lets it go. */
  toggle: (name: ModifierName) => void
  releaseAll: () => void
}

/**
 * Modifiers that stay down until they are let go. A new connection begins with none: the old one's went with it; and so does
 * whoever may type again, since the agent let go of all that was down when he lost the keyboard.
 */
export function useHeldKeys(client: KeySink | null, isViewOnly: boolean): HeldKeys {
  const [held, setHeld] = useState<{ client: KeySink | null; names: readonly ModifierName[] }>({ client, names: [] })
  if (isViewOnly && held.names.length > 0) setHeld({ client, names: [] })
  const names = held.client === client ? held.names : []

  useEffect(() => {
    if (!held.client) return
    const { client: holder, names: down } = held
    for (const name of down) holder.sendKey(modifierKeys[name].keysym, modifierKeys[name].code, true)
    return () => {
      for (const name of down) holder.sendKey(modifierKeys[name].keysym, modifierKeys[name].code, false)
    }
  }, [held])

  return {
    has: (name) => names.includes(name),
    toggle: (name) =>
      setHeld({ client, names: names.includes(name) ? names.filter((other) => other !== name) : [...names, name] }),
    releaseAll: () => setHeld({ client, names: [] }),
  }
}
