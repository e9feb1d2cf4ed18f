'use client'
import { DropdownMenu, MenuRadioGroup } from '@berth/ui/dropdown-menu'
import { IconButton } from '@berth/ui/icon-button'
import { Maximize, MonitorCog, Scaling } from 'lucide-react'
import type { Sizing } from './sizing.ts'

export interface SizeMenuProps {
  sizing: Sizing
  onSizing: (sizing: Sizing) => void
  /** Why the guest cannot be asked for a size; null when it can. */
  noResize: string | null
}

const icons = { fit: <Scaling aria-hidden />, own: <Maximize aria-hidden />, resize: <MonitorCog aria-hidden /> }

/** Fit, 1:1, or the guest draws for the window. */
export function SizeMenu({ sizing, onSizing, noResize }: SizeMenuProps) {
  return (
    <DropdownMenu
      trigger={
        <IconButton label="Size of the picture" size="sm">
          {icons[sizing]}
        </IconButton>
      }
    >
      <MenuRadioGroup
        label="Size of the picture"
        value={sizing}
        onValueChange={onSizing}
        options={[
          { value: 'fit', label: 'Fit to the window', icon: icons.fit },
          { value: 'own', label: 'Its own size (1:1)', icon: icons.own },
          { value: 'resize', label: 'Resize the guest’s screen', icon: icons.resize, disabledReason: noResize },
        ]}
      />
    </DropdownMenu>
  )
}
