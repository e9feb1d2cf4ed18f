'use client'
import type RFB from '@novnc/novnc'
import { cn } from '@berth/ui/cn'
import { Keyboard } from 'lucide-react'
import { type FormEvent, useRef, useState } from 'react'
import { recallLayout } from './console-preferences.ts'
import { planPaste } from './paste-plan.ts'
import { type KeyName, modifierNames, namedKeys, pressStroke, pressTogether } from './screen-keys.ts'
import { TouchKey } from './touch-key.tsx'
import type { HeldKeys } from './use-held-keys.ts'

const keys: readonly { name: KeyName; label: string; shown: string }[] = [
  { name: 'escape', label: 'Escape', shown: 'Esc' },
  { name: 'tab', label: 'Tab', shown: 'Tab' },
  { name: 'left', label: 'Left', shown: '←' },
  { name: 'up', label: 'Up', shown: '↑' },
  { name: 'down', label: 'Down', shown: '↓' },
  { name: 'right', label: 'Right', shown: '→' },
  { name: 'delete', label: 'Delete', shown: 'Del' },
]

/** Keys that a phone does not have, and a way to open the one it has. A modifier holds for the next key only. */
export function KeyRow({ client, held, vmId }: { client: RFB; held: HeldKeys; vmId: string }) {
  const typed = useRef<HTMLTextAreaElement>(null)
  const [isOpen, setOpen] = useState(false)
  const press = (name: KeyName) => {
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
  return (
    <div
      role="toolbar"
      aria-label="Keys"
      className="border-line flex gap-1 overflow-x-auto border-t p-1.5 pointer-fine:hidden"
    >
      <TouchKey label="Show the keyboard" isHeld={isOpen} onPress={() => typed.current?.focus()}>
        <Keyboard aria-hidden className="size-4" />
      </TouchKey>
      {modifierNames.map(({ name, label }) => (
        <TouchKey key={name} label={label} isHeld={held.has(name)} onPress={() => held.toggle(name)}>
          {label}
        </TouchKey>
      ))}
      {keys.map(({ name, label, shown }) => (
        <TouchKey key={name} label={label} onPress={() => press(name)}>
          {shown}
        </TouchKey>
      ))}
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
        className={cn('fixed bottom-0 left-0 size-px resize-none opacity-0')}
      />
    </div>
  )
}

const guard = ' '
