'use client'
import { Button } from '@berth/ui/button'
import { EmptyState } from '@berth/ui/empty-state'
import { Skeleton } from '@berth/ui/skeleton'
import { numberKeys, type VmFilter, wordKeys } from '@berth/core/vm/vm-filter'
import { MonitorDot, Plus, SearchX } from 'lucide-react'
import Link from 'next/link'
import { paths } from '../../lib/paths.ts'

export function NoMachines() {
  return (
    <EmptyState
      icon={<MonitorDot aria-hidden />}
      title="No machines yet"
      action={
        <Button asChild variant="primary" size="lg">
          <Link href={paths.newMachine()}>
            <Plus aria-hidden />
            Create machine
          </Link>
        </Button>
      }
      className="border-line rounded-lg border border-dashed"
    >
      Choose an image and a size; it runs and shows its screen within seconds.
    </EmptyState>
  )
}

export function NoneFound({ filter, onClear }: { filter: VmFilter; onClear: () => void }) {
  const strange = filter.words.filter((word) => /^[a-z]+:/i.test(word))
  return (
    <EmptyState
      icon={<SearchX aria-hidden />}
      title="No machine fits the filter"
      action={<Button onClick={onClear}>Clear the filter</Button>}
      className="border-line rounded-lg border border-dashed"
    >
      {strange.length > 0
        ? `${strange.map((word) => `“${word}”`).join(' and ')} was looked for as text: filters begin with ${[...wordKeys, ...numberKeys].join(', ')}.`
        : 'Machines may be there that it hides.'}
    </EmptyState>
  )
}

export function TableSkeleton() {
  return (
    <div aria-busy="true" aria-label="Reading machines" className="border-line bg-surface rounded-lg border">
      {Array.from({ length: 8 }, (_, row) => (
        <div key={row} className="border-line-soft flex h-13 items-center gap-6 border-b px-4 last:border-b-0">
          <Skeleton className="size-4" />
          <Skeleton className="w-20" />
          <Skeleton className="w-40" />
          <Skeleton className="hidden w-24 md:block" />
          <Skeleton className="hidden w-28 md:block" />
          <Skeleton className="hidden flex-1 md:block" />
        </div>
      ))}
    </div>
  )
}
