'use client'
import { TableSpacer } from '@berth/ui/data-table'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type RefObject, useEffect } from 'react'
import { MachineRow, rowHeightPx } from './machine-row.tsx'
import type { MachineTableProps } from './machine-table.tsx'

export interface VirtualRowsProps extends MachineTableProps {
  scroller: RefObject<HTMLDivElement | null>
}

/** Only the rows in sight are in the page; the next ones are asked for before the end is reached. */
export function VirtualRows(props: VirtualRowsProps) {
  const { rows, columns, selection, hasMore, isLoadingMore, onLoadMore, scroller } = props
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeightPx,
    getItemKey: (index) => rows[index]?.vmId ?? index,
    overscan: 8,
    // Until the first look at the scroller: a screenful.
    initialRect: { width: 1_280, height: 900 },
  })
  const visible = virtualizer.getVirtualItems()
  const lastVisible = visible.at(-1)?.index ?? 0
  useEffect(() => {
    if (hasMore && !isLoadingMore && lastVisible >= rows.length - 12) onLoadMore()
  }, [hasMore, isLoadingMore, lastVisible, rows.length, onLoadMore])

  const before = visible[0]?.start ?? 0
  const after = virtualizer.getTotalSize() - (visible.at(-1)?.end ?? 0)
  return (
    <>
      <TableSpacer heightPx={before} columns={columns.length + 2} />
      {visible.map(({ index, key }) => {
        const vm = rows[index]
        if (vm === undefined) return null
        return (
          <MachineRow
            key={key}
            vm={vm}
            index={index}
            columns={columns}
            isSelected={selection.has(vm.vmId)}
            onSelect={selection.toggle}
          />
        )
      })}
      <TableSpacer heightPx={after} columns={columns.length + 2} />
    </>
  )
}
