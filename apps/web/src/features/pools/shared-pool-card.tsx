'use client'
import { Badge } from '@berth/ui/badge'
import { Button } from '@berth/ui/button'
import { Card } from '@berth/ui/card'
import { Meter } from '@berth/ui/meter'
import type { PoolView } from '@berth/core/storage/pool'
import { Plus, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { plural } from '../../lib/format.ts'
import { AttachPoolDialog } from './attach-pool-dialog.tsx'
import { PoolHostRow } from './pool-host-row.tsx'
import { PoolMeter } from './pool-meter.tsx'
import { isOvercommitted, poolTrouble, promisedNote, promisedText, sourceWords } from './pool-words.ts'

/** One shared pool: its room once, and each host with what it sees of it. */
export function SharedPoolCard({ pool }: { pool: PoolView }) {
  const [isAdding, setIsAdding] = useState(false)
  const trouble = poolTrouble(pool)
  const vmCount = pool.hosts.reduce((sum, host) => sum + host.vmCount, 0)
  return (
    <Card
      title={
        <span className="flex flex-wrap items-center gap-2">
          {pool.name}
          {trouble !== null && (
            <Badge tone={trouble.tone} icon={<TriangleAlert aria-hidden />}>
              {trouble.text}
            </Badge>
          )}
        </span>
      }
      aria-label={`Pool ${pool.name}`}
      description={[
        `Shared by ${plural(pool.hosts.length, 'host')}`,
        plural(vmCount, 'machine'),
        ...sourceWords(pool),
      ].join(' · ')}
      actions={
        <Button size="sm" onClick={() => setIsAdding(true)}>
          <Plus aria-hidden />
          Add host
        </Button>
      }
      flush
    >
      <div className="grid gap-x-8 gap-y-4 px-4 py-4 sm:grid-cols-2">
        <PoolMeter pool={pool} />
        <Meter
          label="Promised to disks"
          used={pool.committedBytes}
          total={Math.max(pool.totalBytes, pool.committedBytes)}
          text={promisedText(pool)}
          warnAt={isOvercommitted(pool) ? 0 : 2}
          badAt={2}
          note={promisedNote(pool)}
        />
      </div>
      {pool.hosts.length === 0 ? (
        <p className="text-ink-3 border-line-soft border-t px-4 py-3 text-sm">No host has it yet.</p>
      ) : (
        <ul aria-label={`Hosts of ${pool.name}`} className="border-line-soft divide-line-soft divide-y border-t">
          {pool.hosts.map((host) => (
            <PoolHostRow key={host.hostId} pool={pool} host={host} />
          ))}
        </ul>
      )}
      <AttachPoolDialog pool={pool} open={isAdding} onOpenChange={setIsAdding} />
    </Card>
  )
}
