'use client'
import { Checkbox } from '@berth/ui/checkbox'
import { DataTable, FullRow, HeaderCell, TableHead, TableScroll, TableSpacer } from '@berth/ui/data-table'
import { Spinner } from '@berth/ui/spinner'
import type { VmView } from '@berth/core/vm/vm-view'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef } from 'react'
import type { MachineColumn } from './machine-columns.ts'
import { MachineRow, rowHeightPx } from './machine-row.tsx'
import type { Selection } from './use-selection.ts'
import type { VmSort } from './vm-list-query.ts'

export interface MachineTableProps {
  rows: readonly VmView[]
  columns: readonly MachineColumn[]
  sort: VmSort
  onSort: (sort: VmSort) => void
  selection: Selection
  hasMore: boolean
  isLoadingMore: boolean
  onLoadMore: () => void
}

const edgesPx = 36 + 76

/** Only the rows in sight are in the page; the next ones are asked for before the end is reached. */
export function MachineTable(props: MachineTableProps) {
  const { rows, columns, sort, onSort, selection, hasMore, isLoadingMore, onLoadMore } = props
  const scroller = useRef<HTMLDivElement>(null)
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeightPx,
    getItemKey: (index) => rows[index]?.vmId ?? index,
    overscan: 8,
    // On the server there is no height to ask for: the first screenful.
    initialRect: { width: 1_280, height: 900 },
  })
  const visible = virtualizer.getVirtualItems()
  const lastVisible = visible.at(-1)?.index ?? 0
  useEffect(() => {
    if (hasMore && !isLoadingMore && lastVisible >= rows.length - 12) onLoadMore()
  }, [hasMore, isLoadingMore, lastVisible, rows.length, onLoadMore])

  const minWidthPx = columns.reduce((sum, column) => sum + column.widthPx, edgesPx)
  const before = visible[0]?.start ?? 0
  const after = virtualizer.getTotalSize() - (visible.at(-1)?.end ?? 0)
  const nextSort = (by: VmSort['by']): VmSort => ({
    by,
    direction: sort.by === by && sort.direction === 'asc' ? 'desc' : 'asc',
  })
  return (
    <TableScroll ref={scroller} label="Machines, scrollable" className="min-h-0 flex-1">
      <DataTable label="Machines" rowCount={rows.length} className="table-fixed" style={{ minWidth: minWidthPx }}>
        <colgroup>
          <col style={{ width: 36 }} />
          {columns.map((column) => (
            <col key={column.id} {...(column.id === 'name' ? {} : { style: { width: column.widthPx } })} />
          ))}
          <col style={{ width: 76 }} />
        </colgroup>
        <TableHead>
          <HeaderCell className="pr-0 pl-3!">
            <Checkbox
              label="Select all that are shown"
              hideLabel
              checked={selection.allState}
              onCheckedChange={selection.toggleAll}
            />
          </HeaderCell>
          {columns.map(({ id, title, sortKey }) => (
            <HeaderCell
              key={id}
              className="px-2"
              {...(sortKey === undefined
                ? {}
                : { sort: sort.by === sortKey ? sort.direction : null, onSort: () => onSort(nextSort(sortKey)) })}
            >
              {title}
            </HeaderCell>
          ))}
          <HeaderCell className="sticky right-0">
            <span className="sr-only">Actions</span>
          </HeaderCell>
        </TableHead>
        <tbody>
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
          {isLoadingMore && (
            <FullRow columns={columns.length + 2}>
              <div className="text-ink-3 flex justify-center py-3">
                <Spinner label="Reading more machines" />
              </div>
            </FullRow>
          )}
        </tbody>
      </DataTable>
    </TableScroll>
  )
}
