/** The columns of the machine list: what there is, in which width, and what sorts. Cells are in machine-cells.tsx. */
import type { VmSortKey } from './vm-list-query.ts'

export interface MachineColumn {
  id: ColumnId
  title: string
  /** Of the table's fixed layout, in px; the name takes what remains. */
  widthPx: number
  sortKey?: VmSortKey
  /** Cannot be hidden. */
  isFixed?: true
  /** Hidden until chosen. */
  isExtra?: true
}

export const columnIds = [
  'state',
  'name',
  'host',
  'address',
  'cpu',
  'memory',
  'disk',
  'network',
  'uptime',
  'badges',
  'image',
  'owner',
  'created',
] as const
export type ColumnId = (typeof columnIds)[number]

export const machineColumns: readonly MachineColumn[] = [
  { id: 'state', title: 'State', widthPx: 108, sortKey: 'state', isFixed: true },
  { id: 'name', title: 'Name', widthPx: 150, sortKey: 'name', isFixed: true },
  { id: 'host', title: 'Host', widthPx: 82, sortKey: 'host' },
  { id: 'address', title: 'IP address', widthPx: 136 },
  { id: 'cpu', title: 'vCPU', widthPx: 116, sortKey: 'vcpus' },
  { id: 'memory', title: 'Memory', widthPx: 116, sortKey: 'memoryBytes' },
  { id: 'disk', title: 'Disk', widthPx: 102 },
  { id: 'network', title: 'Network', widthPx: 92 },
  { id: 'uptime', title: 'Uptime', widthPx: 74 },
  { id: 'badges', title: 'Notes', widthPx: 78 },
  { id: 'image', title: 'Image', widthPx: 130, isExtra: true },
  { id: 'owner', title: 'Owner', widthPx: 120, isExtra: true },
  { id: 'created', title: 'Created', widthPx: 104, sortKey: 'createdAt', isExtra: true },
]

/** The columns to show: the usual ones, but for what the reader has switched. */
export function shownColumns(switched: ReadonlySet<string>): readonly MachineColumn[] {
  return machineColumns.filter((column) => isShown(column, switched))
}

export function isShown(column: MachineColumn, switched: ReadonlySet<string>): boolean {
  return column.isFixed === true || switched.has(column.id) === (column.isExtra === true)
}
