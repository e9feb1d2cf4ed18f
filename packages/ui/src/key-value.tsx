import type { ReactNode } from 'react'
import { cn } from './cn.ts'

export interface KeyValueItem {
  key: string
  value: ReactNode
  /** Small, below the value: where it comes from, "next start". */
  note?: ReactNode
}

export function KeyValueList({ items, className }: { items: readonly KeyValueItem[]; className?: string | undefined }) {
  return (
    <dl className={cn('grid grid-cols-[minmax(6.5rem,auto)_1fr] gap-x-6 gap-y-2 text-sm', className)}>
      {items.map((item) => (
        <div key={item.key} className="contents">
          <dt className="text-ink-3">{item.key}</dt>
          <dd className="text-ink min-w-0 [overflow-wrap:anywhere]">
            {item.value}
            {item.note !== undefined && <span className="text-ink-3 block text-xs">{item.note}</span>}
          </dd>
        </div>
      ))}
    </dl>
  )
}
