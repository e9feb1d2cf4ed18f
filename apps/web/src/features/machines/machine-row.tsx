'use client'
import { Checkbox } from '@berth/ui/checkbox'
import { cn } from '@berth/ui/cn'
import { Cell, TableRow } from '@berth/ui/data-table'
import type { VmView } from '@berth/core/vm/vm-view'
import { memo, useRef } from 'react'
import { machineCell } from './machine-cells.tsx'
import type { MachineColumn } from './machine-columns.ts'
import { ConsoleButton, RowMenu } from './row-menu.tsx'

export interface MachineRowProps {
  vm: VmView
  /** From 0, in the whole list. */
  index: number
  columns: readonly MachineColumn[]
  isSelected: boolean
  /** `isRange`: from the last one that was ticked to this one. */
  onSelect: (vmId: string, isRange: boolean) => void
}

export const rowHeightPx = 53

/** Memoised: a change of one machine renders one row. */
export const MachineRow = memo(function MachineRow({ vm, index, columns, isSelected, onSelect }: MachineRowProps) {
  const isRange = useRef(false)
  return (
    <TableRow
      aria-rowindex={index + 2}
      selected={isSelected}
      stale={vm.state === 'unknown' || vm.state === 'deleting'}
      style={{ height: rowHeightPx }}
    >
      <Cell className="pr-0 pl-3!">
        <span onClickCapture={(event) => (isRange.current = event.shiftKey)}>
          <Checkbox
            label={`Select ${vm.name}`}
            hideLabel
            checked={isSelected}
            onCheckedChange={() => onSelect(vm.vmId, isRange.current)}
          />
        </span>
      </Cell>
      {columns.map((column) => (
        <Cell key={column.id} className="overflow-hidden px-2 py-1">
          {machineCell(column.id, vm)}
        </Cell>
      ))}
      <Cell
        className={cn(
          'sticky right-0 px-1 pr-1.5! whitespace-nowrap',
          isSelected ? 'bg-accent-soft' : 'bg-surface group-hover/row:bg-hover',
        )}
      >
        <span className="flex justify-end">
          <ConsoleButton vm={vm} />
          <RowMenu vm={vm} />
        </span>
      </Cell>
    </TableRow>
  )
})
