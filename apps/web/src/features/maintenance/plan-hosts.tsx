import { Meter } from '@berth/ui/meter'
import type { PlannedHost } from '@berth/core/maintenance/drain'
import { formatBytes, plural } from '../../lib/format.ts'

/** Each host before and after: the memory that its machines may use. */
export function PlanHosts({ hosts }: { hosts: readonly PlannedHost[] }) {
  return (
    <ul aria-label="Hosts before and after" className="grid gap-x-8 gap-y-5 sm:grid-cols-2 xl:grid-cols-1">
      {hosts.map((host) => (
        <li key={host.hostId} className="flex flex-col gap-2">
          <div className="flex items-baseline justify-between gap-3 text-sm">
            <span className="font-medium">{host.name}</span>
            <span className="text-ink-2 text-xs">{changeText(host.change)}</span>
          </div>
          <Meter
            label={`${host.name} now`}
            {...barOf(host, host.committedBeforeBytes)}
            compact
            className="[&_span]:text-ink-3"
          />
          <Meter label={`${host.name} after`} {...barOf(host, host.committedAfterBytes)} compact />
          <p className="text-ink-3 text-xs">of {formatBytes(host.memoryBytes)}</p>
        </li>
      ))}
    </ul>
  )
}

const barOf = ({ memoryBytes }: PlannedHost, used: number) => ({
  used,
  total: memoryBytes,
  // In its own unit: some gigabytes of a terabyte would read as none.
  text: formatBytes(used),
})

const changeText = (change: number): string => {
  if (change === 0) return 'no change'
  return change > 0
    ? `${plural(change, 'machine')} come${change === 1 ? 's' : ''}`
    : `${plural(-change, 'machine')} leave${change === -1 ? 's' : ''}`
}
