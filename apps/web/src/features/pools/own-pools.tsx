'use client'
import { Card } from '@berth/ui/card'
import { Cell, DataTable, HeaderCell, TableHead, TableRow, TableScroll } from '@berth/ui/data-table'
import type { PoolView } from '@berth/core/storage/pool'
import Link from 'next/link'
import { formatBytes } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { PoolMeter } from './pool-meter.tsx'

/** Each host's own pool: no other host sees it, so that machines with disks there stay. */
export function OwnPools({ pools }: { pools: readonly PoolView[] }) {
  return (
    <Card title="Pools of single hosts" description="Disks here are seen by their host alone" flush>
      <TableScroll label="Pools of single hosts">
        <DataTable label="Pools of single hosts">
          <TableHead>
            <HeaderCell>Host</HeaderCell>
            <HeaderCell className="max-sm:hidden">Pool</HeaderCell>
            <HeaderCell>Used</HeaderCell>
            <HeaderCell align="right" className="max-sm:hidden">
              Free
            </HeaderCell>
            <HeaderCell align="right" className="max-md:hidden">
              Promised to disks
            </HeaderCell>
            <HeaderCell className="max-lg:hidden">Path</HeaderCell>
          </TableHead>
          <tbody>
            {pools.map((pool) => (
              <OwnPoolRow key={pool.hosts[0]?.hostId ?? pool.name} pool={pool} />
            ))}
          </tbody>
        </DataTable>
      </TableScroll>
    </Card>
  )
}

function OwnPoolRow({ pool }: { pool: PoolView }) {
  const [host] = pool.hosts
  return (
    <TableRow stale={host?.state !== 'online'}>
      <Cell>
        {host && (
          <Link href={paths.host(host.hostId)} className="font-medium hover:underline">
            {host.name}
          </Link>
        )}
      </Cell>
      <Cell className="text-ink-2 max-sm:hidden">{pool.name}</Cell>
      <Cell className="w-52">
        <PoolMeter pool={pool} compact />
      </Cell>
      <Cell align="right" className="text-ink-2 max-sm:hidden">
        {formatBytes(pool.freeBytes)}
      </Cell>
      <Cell align="right" className="text-ink-2 max-md:hidden">
        {formatBytes(pool.committedBytes)}
      </Cell>
      <Cell className="text-ink-3 max-w-64 truncate font-mono text-xs max-lg:hidden">{host?.path}</Cell>
    </TableRow>
  )
}
