'use client'
import { Checkbox } from '@berth/ui/checkbox'
import { DataTable, FullRow, HeaderCell, TableHead, TableScroll } from '@berth/ui/data-table'
import { late, useLate } from '@berth/ui/late'
import { Spinner } from '@berth/ui/spinner'
import type { VmView } from '@berth/core/vm/vm-view'
import { useRef } from 'react'
import type { MachineColumn } from './machine-columns.ts'
import { MachineRow } from './machine-row.tsx'
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

/** Up to so many rows lie in the page whole; more are drawn as they come into sight, by code that comes with them. */
const mostPlainRows = 60
const virtualRows = late(() => import('./virtual-rows.tsx'))

export function MachineTable(props: MachineTableProps) {
  const { rows, columns, sort, onSort, selection, hasMore, isLoadingMore } = props
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useLate(virtualRows, hasMore || rows.length > mostPlainRows ? 1 : 0)

  const minWidthPx = columns.reduce((sum, column) => sum + column.widthPx, edgesPx)
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
          {virtual ? (
            <virtual.VirtualRows {...props} scroller={scroller} />
          ) : (
            rows.map((vm, index) => (
              <MachineRow
                key={vm.vmId}
                vm={vm}
                index={index}
                columns={columns}
                isSelected={selection.has(vm.vmId)}
                onSelect={selection.toggle}
              />
            ))
          )}
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
