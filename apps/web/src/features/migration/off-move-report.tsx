import type { MoveReport } from '@berth/core/migration/move-progress'
import { formatBytes, formatDuration } from '../../lib/format.ts'
import { Figure } from './figure.tsx'

/** How the move of a machine that was off ended: nothing stood still, and no memory was sent. */
export function OffMoveReport({ report }: { report: MoveReport }) {
  const copiedBytes = (report.disks ?? []).reduce((sum, disk) => sum + disk.sentBytes, 0)
  return (
    <section aria-label="Report" className="border-ok/25 bg-ok-soft rounded-lg border px-4 py-3">
      <dl className="grid grid-cols-2 gap-x-6 gap-y-3 @lg:grid-cols-4">
        <Figure isLarge name="Took" value={formatDuration(report.totalMs)} why="" note="from the first byte" />
        <Figure
          isLarge
          name="Copied"
          value={formatBytes(copiedBytes)}
          why=""
          note="of its disks; empty blocks count, too"
        />
      </dl>
    </section>
  )
}
