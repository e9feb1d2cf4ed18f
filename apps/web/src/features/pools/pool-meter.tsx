import { Meter } from '@berth/ui/meter'
import type { PoolView } from '@berth/core/storage/pool'
import { formatUsed, none } from '../../lib/format.ts'
import { freeText } from './pool-words.ts'

export interface PoolMeterProps {
  pool: Pick<PoolView, 'name' | 'totalBytes' | 'freeBytes' | 'committedBytes'>
  compact?: boolean
}

/** What is used of a pool, by whomever. */
export function PoolMeter({ pool, compact = false }: PoolMeterProps) {
  const { totalBytes, freeBytes } = pool
  const used = totalBytes - freeBytes
  return (
    <Meter
      label={compact ? `Used in ${pool.name}` : 'Used'}
      compact={compact}
      used={used}
      total={totalBytes}
      text={totalBytes === 0 ? none : formatUsed(used, totalBytes)}
      note={compact ? undefined : freeText(pool)}
    />
  )
}
