'use client'
import { Card } from '@berth/ui/card'
import { Copyable } from '@berth/ui/copyable'
import { InlineAlert } from '@berth/ui/inline-alert'
import { Meter } from '@berth/ui/meter'
import type { HostView } from '@berth/core/host/host'
import { useQuery } from '@tanstack/react-query'
import { formatBytes, formatUsed, none } from '../../lib/format.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { poolListInput } from './pool-list-query.ts'
import { sharedWithText } from './pool-words.ts'

type HostPool = HostView['pools'][number]

/** A host's pools, its own and those it shares, with what is the matter with them there. */
export function HostPools({ host }: { host: HostView }) {
  const trpc = useTRPC()
  const isSharing = host.pools.some(({ shared }) => shared !== null)
  const pools = useQuery(trpc.pool.list.queryOptions(poolListInput, { enabled: isSharing }))
  return (
    <Card title="Storage pools">
      <ul className="flex flex-col gap-5">
        {host.pools.map((pool) => {
          const whole = pools.data?.items.find(({ poolId }) => poolId !== null && poolId === pool.shared?.poolId)
          const shared =
            sharedWithText(whole, host.hostId) ?? (pool.shared === null ? null : 'shared, with no other host')
          return <HostPoolItem key={pool.name} pool={pool} shared={shared} />
        })}
        {host.pools.length === 0 && <li className="text-ink-3 text-sm">No pool is known yet.</li>}
      </ul>
    </Card>
  )
}

function HostPoolItem({ pool, shared }: { pool: HostPool; shared: string | null }) {
  const { totalBytes, freeBytes, committedBytes, problem, supportsDirectIo } = pool
  const label = shared === null ? pool.name : `${pool.name}, ${shared}`
  if (problem !== null) {
    return (
      <li className="flex flex-col gap-1.5">
        <span className="text-sm font-medium">{label}</span>
        <InlineAlert tone="bad" title="Not usable on this host">
          {problem} Machines with disks there cannot start.
        </InlineAlert>
        <div className="text-ink-3 text-xs">
          <Copyable text={pool.path} label="Copy path" />
        </div>
      </li>
    )
  }
  const used = totalBytes - freeBytes
  return (
    <li>
      <Meter
        label={label}
        used={used}
        total={totalBytes}
        text={totalBytes === 0 ? none : `${formatUsed(used, totalBytes)} used`}
        note={
          <span className="flex flex-col gap-0.5">
            <span>
              {formatBytes(freeBytes)} free · {shared === null ? 'disks' : 'this host’s disks'} may grow to{' '}
              {formatBytes(committedBytes)}
              {!supportsDirectIo && ' · no direct IO here, disks go through the host’s cache'}
            </span>
            <Copyable text={pool.path} label="Copy path" />
          </span>
        }
      />
    </li>
  )
}
