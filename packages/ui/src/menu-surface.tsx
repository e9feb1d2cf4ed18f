'use client'
/** The open menu, in a file of its own: it is fetched when a menu is first wanted. Use dropdown-menu.tsx. */
import * as Radix from 'radix-ui/dropdown-menu'
import { type FocusEvent, useRef } from 'react'
import type { DropdownMenuProps } from './dropdown-menu.tsx'
import { MenuParts } from './menu-parts.ts'
import { returnFocus } from './return-focus.ts'

export interface MenuSurfaceProps extends DropdownMenuProps {
  /** Mounted open: by a key, so that the first entry has the focus, or by a pointer. */
  openedBy: 'key' | 'pointer' | null
}

export function MenuSurface(props: MenuSurfaceProps) {
  const { trigger, children, align = 'end', side = 'bottom', open, onOpenChange, openedBy } = props
  // The primitive has not seen the key that opened it the first time, since it was not there yet.
  const focusesFirst = useRef(openedBy === 'key')
  const enter = (event: FocusEvent<HTMLElement>) => {
    if (!focusesFirst.current || event.target !== event.currentTarget) return
    focusesFirst.current = false
    const first = event.currentTarget.querySelector('[role^=menuitem]')
    if (first instanceof HTMLElement) first.focus()
  }
  return (
    <Radix.Root
      {...(open === undefined ? { defaultOpen: openedBy !== null } : { open })}
      {...(onOpenChange ? { onOpenChange } : {})}
    >
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align={align}
          side={side}
          sideOffset={5}
          collisionPadding={8}
          onFocus={enter}
          onCloseAutoFocus={returnFocus}
          className="animate-pop border-line bg-raised z-50 max-h-(--radix-dropdown-menu-content-available-height) min-w-44 overflow-y-auto rounded-lg border p-1 shadow-md focus:outline-none"
        >
          <MenuParts value={Radix}>{children}</MenuParts>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
