'use client'
import { Card } from '@berth/ui/card'
import { RelativeTime } from '@berth/ui/relative-time'
import { StateDot } from '@berth/ui/state-dot'
import { CircleCheck } from 'lucide-react'
import Link from 'next/link'
import { useState } from 'react'
import { Button } from '@berth/ui/button'
import { formatNumber } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import type { AttentionItem } from './attention.ts'

const firstCount = 5

export interface AttentionListProps {
  items: readonly AttentionItem[]
  /** In all, which may be more than were read. */
  crashedCount: number
}

export function AttentionList({ items, crashedCount }: AttentionListProps) {
  const [isAll, setIsAll] = useState(false)
  const shown = isAll ? items : items.slice(0, firstCount)
  return (
    <Card title="Needs attention" description="What is in trouble, and tasks that failed in the last day" flush>
      {items.length === 0 ? (
        <p className="text-ink-2 flex items-center gap-2 px-4 py-5 text-sm">
          <CircleCheck aria-hidden className="text-ok size-4" />
          Nothing is in trouble.
        </p>
      ) : (
        <ul className="divide-line-soft divide-y">
          {shown.map((item) => (
            <li key={item.id}>
              <Link href={item.href} className="hover:bg-hover flex items-start gap-3 px-4 py-2.5">
                <StateDot
                  kind={item.tone === 'bad' ? 'failed' : 'warn'}
                  label={item.tone === 'bad' ? 'Failure' : 'Warning'}
                  hideLabel
                  className="mt-1"
                />
                <span className="min-w-0 flex-1">
                  <span className="block text-sm font-medium">{item.title}</span>
                  <span className="text-ink-2 line-clamp-2 block text-xs">{item.detail}</span>
                </span>
                <RelativeTime at={item.at} className="text-ink-3 text-xs" />
              </Link>
            </li>
          ))}
        </ul>
      )}
      {(items.length > shown.length || crashedCount > shown.length) && (
        <div className="border-line-soft flex flex-wrap gap-1 border-t px-2 py-1.5">
          {items.length > shown.length && (
            <Button variant="ghost" size="sm" onClick={() => setIsAll(true)}>
              {items.length - shown.length} more
            </Button>
          )}
          {crashedCount > shown.length && (
            <Button asChild variant="ghost" size="sm">
              <Link href={paths.machines({ filter: 'state:crashed' })}>
                All {formatNumber(crashedCount)} crashed machines
              </Link>
            </Button>
          )}
        </div>
      )}
    </Card>
  )
}
