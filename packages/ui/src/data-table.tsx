'use client'
import { ArrowDown, ArrowUp, ChevronsUpDown } from 'lucide-react'
import type { ComponentProps, ReactNode } from 'react'
import { cn } from './cn.ts'

export interface DataTableProps extends ComponentProps<'table'> {
  label: string
  /** All rows there are, where only some are in the DOM (virtualised). */
  rowCount?: number | undefined
}

/**
 * Table primitives: the caller brings columns, order and virtualisation. Wrap in TableScroll; for virtual rows put
 * TableSpacer rows of the hidden heights before and after, so that the scroll bar stays true.
 */
export function DataTable({ label, rowCount, className, ...rest }: DataTableProps) {
  return (
    <table
      aria-label={label}
      {...(rowCount === undefined ? {} : { 'aria-rowcount': rowCount + 1 })}
      {...rest}
      className={cn('w-full border-separate border-spacing-0 text-sm', className)}
    />
  )
}

/** The scroll container, with a header that stays. Focusable, so the keyboard can scroll it. */
export function TableScroll({ label, className, ...rest }: ComponentProps<'div'> & { label: string }) {
  return (
    <div
      role="region"
      aria-label={label}
      tabIndex={0}
      {...rest}
      className={cn('overflow-auto focus-visible:-outline-offset-2', className)}
    />
  )
}

export function TableHead({ children }: { children: ReactNode }) {
  return (
    <thead className="sticky top-0 z-10">
      <tr>{children}</tr>
    </thead>
  )
}

export type SortDirection = 'asc' | 'desc'

export interface HeaderCellProps extends Omit<ComponentProps<'th'>, 'align'> {
  /** Right for numbers. */
  align?: 'left' | 'right' | undefined
  /** Set on a column that can be sorted: its direction, or null while another column leads. */
  sort?: SortDirection | null | undefined
  onSort?: (() => void) | undefined
}

export function HeaderCell({ align = 'left', sort, onSort, className, children, ...rest }: HeaderCellProps) {
  const Arrow = sort === 'asc' ? ArrowUp : sort === 'desc' ? ArrowDown : ChevronsUpDown
  const ariaSort = sort === 'asc' ? 'ascending' : sort === 'desc' ? 'descending' : 'none'
  return (
    <th
      scope="col"
      {...(onSort ? { 'aria-sort': ariaSort } : {})}
      {...rest}
      className={cn(
        'border-line bg-sunken text-ink-2 h-9 border-b px-3 text-xs font-medium whitespace-nowrap first:pl-4 last:pr-4',
        align === 'right' ? 'text-right' : 'text-left',
        className,
      )}
    >
      {onSort ? (
        <button
          type="button"
          onClick={onSort}
          className={cn(
            'group hover:text-ink -mx-1 inline-flex items-center gap-1 rounded-xs px-1',
            sort && 'text-ink',
            align === 'right' && 'flex-row-reverse',
          )}
        >
          {children}
          <Arrow
            aria-hidden
            className={cn('size-3.5', !sort && 'opacity-0 group-hover:opacity-60 group-focus-visible:opacity-60')}
          />
        </button>
      ) : (
        children
      )}
    </th>
  )
}

export interface TableRowProps extends ComponentProps<'tr'> {
  selected?: boolean | undefined
  /** Greyed: its source does not answer. */
  stale?: boolean | undefined
}

export function TableRow({ selected = false, stale = false, className, ...rest }: TableRowProps) {
  return (
    <tr
      {...(selected ? { 'aria-selected': true } : {})}
      {...rest}
      className={cn(
        'group/row [&:last-child>td]:border-b-0',
        selected ? 'bg-accent-soft' : 'hover:bg-hover',
        stale && 'text-ink-3 [&_svg]:grayscale',
        className,
      )}
    />
  )
}

export function Cell({
  align = 'left',
  className,
  ...rest
}: Omit<ComponentProps<'td'>, 'align'> & { align?: 'left' | 'right' | undefined }) {
  return (
    <td
      {...rest}
      className={cn(
        'border-line-soft h-11 border-b px-3 py-1.5 align-middle first:pl-4 last:pr-4',
        align === 'right' && 'text-right',
        className,
      )}
    />
  )
}

/** Holds the height of the rows that are not in the DOM. */
export function TableSpacer({ heightPx, columns }: { heightPx: number; columns: number }) {
  if (heightPx <= 0) return null
  return (
    <tr aria-hidden>
      <td colSpan={columns} className="p-0" style={{ height: heightPx }} />
    </tr>
  )
}

/** One cell over the whole width: empty, error, loading more. */
export function FullRow({ columns, children }: { columns: number; children: ReactNode }) {
  return (
    <tr>
      <td colSpan={columns}>{children}</td>
    </tr>
  )
}
