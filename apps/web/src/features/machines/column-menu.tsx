'use client'
import { DropdownMenu, MenuCheckItem, MenuLabel } from '@berth/ui/dropdown-menu'
import { IconButton } from '@berth/ui/icon-button'
import { Columns3 } from 'lucide-react'
import { isShown, machineColumns } from './machine-columns.ts'

export interface ColumnMenuProps {
  switched: ReadonlySet<string>
  onToggle: (id: string) => void
}

export function ColumnMenu({ switched, onToggle }: ColumnMenuProps) {
  return (
    <DropdownMenu
      trigger={
        <IconButton label="Choose columns" variant="secondary">
          <Columns3 />
        </IconButton>
      }
    >
      <MenuLabel>Columns</MenuLabel>
      {machineColumns
        .filter((column) => column.isFixed !== true)
        .map((column) => (
          <MenuCheckItem
            key={column.id}
            checked={isShown(column, switched)}
            onCheckedChange={() => onToggle(column.id)}
          >
            {column.title}
          </MenuCheckItem>
        ))}
    </DropdownMenu>
  )
}
