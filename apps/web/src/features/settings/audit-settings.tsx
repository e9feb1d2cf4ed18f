'use client'
import { Button } from '@berth/ui/button'
import { Card } from '@berth/ui/card'
import { LoadMore } from '@berth/ui/load-more'
import { RelativeTime } from '@berth/ui/relative-time'
import { SegmentedControl } from '@berth/ui/segmented-control'
import { Select } from '@berth/ui/select'
import { Skeleton } from '@berth/ui/skeleton'
import { StateDot, type StateKind } from '@berth/ui/state-dot'
import { useInfiniteQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { errorLine } from '../../lib/error-text.ts'
import { paths } from '../../lib/paths.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { areaWords, auditAreas, auditListInput, type AuditView, parseAuditView, procedureWords } from './audit-words.ts'

const outcomes = [
  { value: 'all', label: 'All' },
  { value: 'ok', label: 'Done' },
  { value: 'denied', label: 'Denied' },
  { value: 'failed', label: 'Failed' },
] as const

const areas = auditAreas.map((value) => ({ value, label: areaWords[value] }))
const outcomeKinds: Readonly<Record<string, StateKind>> = { ok: 'on', denied: 'warn', failed: 'failed' }

/** Who asked for what, from where, and how it ended. Written once, never changed; not live, so it has a button. */
export function AuditSettings({ isAdmin }: { isAdmin: boolean }) {
  const trpc = useTRPC()
  const view = parseAuditView(useSearchParams())
  const query = useInfiniteQuery({
    ...trpc.audit.list.infiniteQueryOptions(auditListInput(view), { getNextPageParam: (page) => page.nextCursor }),
    refetchOnMount: 'always',
  })
  const entries = query.data?.pages.flatMap((page) => page.items)
  const change = ({ outcome, area }: AuditView) => {
    const shown = { outcome: outcome === 'all' ? undefined : outcome, area: area === 'all' ? undefined : area }
    window.history.replaceState(null, '', paths.settings('audit', shown))
  }
  return (
    <Card
      title="Audit trail"
      description={
        isAdmin
          ? 'Who asked for what, from where, and how it was answered'
          : 'What you asked for, and what others asked of your machines'
      }
      flush
      actions={
        <Button size="sm" onClick={() => void query.refetch()} pending={query.isRefetching}>
          Refresh
        </Button>
      }
    >
      <div className="border-line-soft flex flex-wrap items-center gap-2 border-b px-4 py-3">
        <SegmentedControl
          label="Outcome"
          value={view.outcome}
          onValueChange={(outcome) => change({ ...view, outcome })}
          options={outcomes}
        />
        <Select
          label="About"
          hideLabel
          value={view.area}
          onValueChange={(value) => change({ ...view, area: auditAreas.find((area) => area === value) ?? 'all' })}
          options={areas}
          className="w-40"
        />
      </div>
      {query.error !== null && <p className="text-bad-ink p-4 text-sm">{errorLine(query.error)}</p>}
      {entries === undefined && query.error === null && <Skeleton className="m-4 h-24" />}
      {entries?.length === 0 && (
        <p className="text-ink-3 px-4 py-8 text-center text-sm">Nothing like that was recorded.</p>
      )}
      <ul className="divide-line-soft divide-y">
        {entries?.map((entry) => (
          <li
            key={entry.auditId}
            className="grid grid-cols-[auto_minmax(0,1fr)_auto] items-start gap-x-3 px-4 py-2.5 text-sm"
          >
            <StateDot
              kind={outcomeKinds[entry.outcome] ?? 'unknown'}
              label={entry.outcome}
              hideLabel
              className="mt-1"
            />
            <div className="min-w-0">
              <p className="truncate">
                <span className="font-medium">{procedureWords(entry.procedure)}</span>
                {entry.target.name !== null && <span className="text-ink-2"> {entry.target.name}</span>}
                {entry.errorCode !== null && (
                  <code className="text-bad-ink ml-2 font-mono text-xs">{entry.errorCode}</code>
                )}
              </p>
              <p className="text-ink-3 flex flex-wrap gap-x-2 text-xs">
                <span>
                  {entry.actor.name}
                  {entry.actor.via === 'token' && ' by API token'}
                </span>
                {entry.ip !== null && <span className="font-mono">{entry.ip}</span>}
                {entry.operationId !== null && (
                  <Link href={paths.task(entry.operationId)} className="text-accent-ink hover:underline">
                    task
                  </Link>
                )}
              </p>
            </div>
            <RelativeTime at={entry.at} className="text-ink-3 text-xs" />
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <LoadMore
          shown={entries?.length ?? 0}
          hasMore
          loading={query.isFetchingNextPage}
          onLoadMore={() => void query.fetchNextPage()}
        />
      )}
    </Card>
  )
}
