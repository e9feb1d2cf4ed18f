'use client'
import type RFB from '@novnc/novnc'
import { type FormEvent, useRef, useState } from 'react'
import { recallLayout } from './console-preferences.ts'
import { planPaste } from './paste-plan.ts'
import { modifierNames, namedKeys, pressStroke, pressTogether } from './screen-keys.ts'
import { navigationKeys, TouchKeys } from './touch-keys.tsx'
import type { HeldKeys } from './use-held-keys.ts'

const keys = [...navigationKeys, { name: 'delete', label: 'Delete', shown: 'Del' }] as const

/** A modifier holds for the next key only. */
export function ScreenKeyRow({ client, held, vmId }: { client: RFB; held: HeldKeys; vmId: string }) {
  const typed = useRef<HTMLTextAreaElement>(null)
  const [isOpen, setOpen] = useState(false)
  const press = (name: (typeof keys)[number]['name']) => {
    pressTogether(client, [namedKeys[name]])
    held.releaseAll()
  }
  const input = (event: FormEvent<HTMLTextAreaElement>) => {
    const { value } = event.currentTarget
    // The field keeps one space, so that deleting it can be noticed: phones report no Backspace in an empty field.
    if (value.length < guard.length) pressTogether(client, [namedKeys.backspace])
    for (const stroke of planPaste(value.slice(guard.length), recallLayout(vmId)).strokes) pressStroke(client, stroke)
    event.currentTarget.value = guard
    held.releaseAll()
  }
  const modifiers = modifierNames.map(({ name, label }) => ({
    ...{ label, shown: label, isHeld: held.has(name) },
    onPress: () => held.toggle(name),
  }))
  return (
    <TouchKeys
      keyboard={{ isOpen, onOpen: () => typed.current?.focus() }}
      keys={[...modifiers, ...keys.map((key) => ({ ...key, onPress: () => press(key.name) }))]}
    >
      <textarea
        ref={typed}
        aria-label="Typed into the machine"
        defaultValue={guard}
        onInput={input}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        autoCapitalize="off"
        autoCorrect="off"
        autoComplete="off"
        spellCheck={false}
        rows={1}
        className="fixed bottom-0 left-0 size-px resize-none opacity-0"
      />
    </TouchKeys>
  )
}

const guard = ' '
