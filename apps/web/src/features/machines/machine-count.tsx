'use client'
import { cn } from '@berth/ui/cn'
import { emptyFilter, type VmFilter } from '@berth/core/vm/vm-filter'
import { formatNumber, plural } from '../../lib/format.ts'
import { useVmCounts } from './use-vm-counts.ts'

/** "230 of 10,000 machines", or how many there are. */
export function MachineCount({ filter }: { filter: VmFilter }) {
  const counts = useVmCounts(filter)
  const fitting = counts.data?.total
  const total = useVmCounts(emptyFilter).data?.total
  if (fitting === undefined || total === undefined || total === 0) return null
  return (
    <span role="status" className={cn('text-ink-3 text-sm', counts.isPlaceholderData && 'opacity-50')}>
      {fitting === total ? plural(total, 'machine') : `${formatNumber(fitting)} of ${plural(total, 'machine')}`}
    </span>
  )
}
