'use client'
import type RFB from '@novnc/novnc'
import { Button } from '@berth/ui/button'
import { DropdownMenu, MenuCheckItem, MenuItem, MenuLabel, MenuSeparator } from '@berth/ui/dropdown-menu'
import { Keyboard } from 'lucide-react'
import { keyCombinations, modifierNames, pressTogether, type ScreenKey, terminalSwitches } from './screen-keys.ts'
import type { HeldKeys } from './use-held-keys.ts'

export interface KeysMenuProps {
  client: RFB | null
  held: HeldKeys
  disabledReason: string | null
}

/** Ctrl-Alt-Del at one click; behind it, what the reader's own desktop would swallow, and keys that stay down. */
export function KeysMenu({ client, held, disabledReason }: KeysMenuProps) {
  const press = (keys: readonly ScreenKey[]) => {
    if (!client) return
    pressTogether(client, keys)
    client.focus({ preventScroll: true })
  }
  const heldNames = modifierNames.filter(({ name }) => held.has(name)).map(({ label }) => label)
  return (
    <>
      <Button
        size="sm"
        variant="ghost"
        disabledReason={disabledReason}
        onClick={() => client?.sendCtrlAltDel()}
        className="max-sm:hidden"
      >
        Ctrl Alt Del
      </Button>
      <DropdownMenu
        trigger={
          <Button
            size="sm"
            variant="ghost"
            disabledReason={disabledReason}
            aria-label="Keys"
            className={heldNames.length > 0 ? 'bg-accent-soft text-accent-ink px-2' : 'px-2'}
          >
            <Keyboard aria-hidden />
            {heldNames.length > 0 && <span>{heldNames.join(' ')} held</span>}
          </Button>
        }
      >
        <MenuLabel>Hold down</MenuLabel>
        {modifierNames.map(({ name, label }) => (
          <MenuCheckItem key={name} checked={held.has(name)} onCheckedChange={() => held.toggle(name)}>
            {label}
          </MenuCheckItem>
        ))}
        <MenuSeparator />
        <MenuLabel>Press</MenuLabel>
        {keyCombinations.map(({ label, keys }) => (
          <MenuItem key={label} onSelect={() => press(keys)}>
            {label}
          </MenuItem>
        ))}
        <MenuSeparator />
        <MenuLabel>Text consoles of Linux</MenuLabel>
        {terminalSwitches.map(({ label, keys }) => (
          <MenuItem key={label} onSelect={() => press(keys)}>
            {label}
          </MenuItem>
        ))}
      </DropdownMenu>
    </>
  )
}
