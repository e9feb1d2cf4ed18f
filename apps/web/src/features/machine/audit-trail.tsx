'use client'
import { Badge } from '@berth/ui/badge'
import { LoadMore } from '@berth/ui/load-more'
import { RelativeTime } from '@berth/ui/relative-time'
import { Skeleton } from '@berth/ui/skeleton'
import { useInfiniteQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { none } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { QueryError } from '../shell/query-error.tsx'
import { procedureWords } from '../settings/audit-words.ts'

const pageSize = 25
const tones = { ok: 'ok', denied: 'warn', failed: 'bad' } as const
const outcomeWords: Readonly<Record<string, string>> = { ok: 'Done', denied: 'Denied', failed: 'Failed' }
const ways: Readonly<Record<string, string>> = { session: 'browser', token: 'API token', system: 'Berth itself' }

/** Who asked for what on one machine, from where, and how it was answered. Written once, never changed. */
export function AuditTrail({ vmId }: { vmId: string }) {
  const trpc = useTRPC()
  const input = { limit: pageSize, filter: { targetId: vmId } }
  const query = useInfiniteQuery({
    ...trpc.audit.list.infiniteQueryOptions(input, { getNextPageParam: (page) => page.nextCursor }),
    // Entries are not pushed; whoever comes to look wants the newest.
    refetchOnMount: 'always',
  })
  if (query.isPending) return <Skeleton className="m-4 h-24" />
  if (query.isError) return <QueryError query={query} />
  const entries = query.data.pages.flatMap((page) => page.items)
  if (entries.length === 0) return <p className="text-ink-3 px-4 py-6 text-sm">Nothing was asked for yet.</p>
  return (
    <>
      <div className="overflow-x-auto">
        <table className="w-full text-left text-sm">
          <thead className="text-ink-3 border-line border-b text-xs">
            <tr>
              {['When', 'Who', 'What', 'From', 'Answer'].map((title) => (
                <th key={title} scope="col" className="px-4 py-2 font-medium whitespace-nowrap">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {entries.map((entry) => (
              <tr key={entry.auditId} className="border-line-soft border-b last:border-b-0">
                <td className="px-4 py-2">
                  <RelativeTime at={entry.at} />
                </td>
                <td className="px-4 py-2">
                  {entry.actor.name}
                  <span className="text-ink-3 text-xs"> by {ways[entry.actor.via] ?? entry.actor.via}</span>
                </td>
                <td className="px-4 py-2">
                  {entry.operationId === null ? (
                    procedureWords(entry.procedure)
                  ) : (
                    <Link href={paths.task(entry.operationId)} className="underline-offset-3 hover:underline">
                      {procedureWords(entry.procedure)}
                    </Link>
                  )}
                </td>
                <td className="text-ink-2 px-4 py-2 font-mono text-xs">{entry.ip ?? none}</td>
                <td className="px-4 py-2">
                  <Badge tone={toneOf(entry.outcome)}>
                    {entry.errorCode ?? outcomeWords[entry.outcome] ?? entry.outcome}
                  </Badge>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <LoadMore
        shown={entries.length}
        hasMore={query.hasNextPage}
        loading={query.isFetchingNextPage}
        onLoadMore={() => void query.fetchNextPage()}
      />
    </>
  )
}

const toneOf = (outcome: string) =>
  outcome === 'ok' || outcome === 'denied' || outcome === 'failed' ? tones[outcome] : 'neutral'
