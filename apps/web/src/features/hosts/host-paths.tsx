'use client'
import { Button } from '@berth/ui/button'
import { Card } from '@berth/ui/card'
import { RelativeTime } from '@berth/ui/relative-time'
import type { HostView } from '@berth/core/host/host'
import type { HostPath } from '@berth/core/host/host-path'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { formatDuration, formatRate } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { useMeasurePaths } from './use-measure-paths.ts'

/** How fast a machine's memory would go from here to each other host. Nothing where there is no other. */
export function HostPathsCard({ host }: { host: HostView }) {
  const trpc = useTRPC()
  const { data: ways } = useQuery(trpc.host.paths.queryOptions({ hostId: host.hostId }))
  const measuring = useMeasurePaths(host.hostId)
  if (ways === undefined || ways.length === 0) return null
  const able = ways.filter(({ obstacle }) => obstacle === null)
  const refusal =
    host.state !== 'online' ? `${host.name} is not online` : able.length === 0 ? 'No other host can be measured' : null
  return (
    <Card
      flush
      title="Bandwidth to other hosts"
      description="Of one encrypted stream, on the way that memory takes"
      actions={
        <Button
          size="sm"
          variant="ghost"
          pending={measuring.now !== null}
          disabledReason={refusal}
          onClick={() => measuring.begin(able.map(({ hostId }) => hostId))}
        >
          Measure
        </Button>
      }
    >
      <ul className="divide-line-soft max-h-80 divide-y overflow-y-auto">
        {ways.map((way) => (
          <li key={way.hostId} className="px-4 py-2 text-sm">
            <div className="flex items-baseline justify-between gap-3">
              <Link href={paths.host(way.hostId)} className="truncate font-medium hover:underline">
                {way.name}
              </Link>
              <Figure way={way} isNow={measuring.now === way.hostId} />
            </div>
            <Note way={way} problem={measuring.problems.get(way.hostId)} />
          </li>
        ))}
      </ul>
    </Card>
  )
}

function Figure({ way: { sample, obstacle }, isNow }: { way: HostPath; isNow: boolean }) {
  if (isNow) return <span className="text-ink-2">Measuring…</span>
  if (sample !== null) return <span className="tabular-nums">{formatRate(sample.bytesPerSecond)}</span>
  return <span className="text-ink-3">{obstacle ?? 'not measured'}</span>
}

function Note({ way: { sample }, problem }: { way: HostPath; problem: string | undefined }) {
  if (problem !== undefined) return <p className="text-bad-ink mt-0.5 text-xs">{problem}</p>
  if (sample === null) return null
  return (
    <p className="text-ink-3 mt-0.5 text-xs">
      round trip {formatDuration(sample.roundTripMs)}, measured <RelativeTime at={sample.at} />
    </p>
  )
}
