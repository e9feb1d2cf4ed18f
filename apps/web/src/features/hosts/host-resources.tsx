'use client'
import { Card } from '@berth/ui/card'
import { Meter } from '@berth/ui/meter'
import type { HostView } from '@berth/core/host/host'
import { formatBytes, formatPercent, formatUsed, none } from '../../lib/format.ts'
import { memoryCommittedText, vcpuText } from './host-words.ts'

/** Physical, promised to machines that are on, and used now. */
export function HostResources({ host }: { host: HostView }) {
  const { facts, gauges, committed } = host
  if (facts === null) return null
  const unmeasured = host.state === 'online' ? 'No figures yet' : 'The host does not answer'
  return (
    <Card title="Processors and memory" description="What is there, what machines may use, what is used now">
      <div className="grid gap-x-8 gap-y-5 sm:grid-cols-2">
        <Meter
          label="CPU used"
          used={gauges?.cpuShare ?? 0}
          total={1}
          text={gauges === null ? none : formatPercent(gauges.cpuShare)}
          note={gauges === null ? unmeasured : `Load ${gauges.loadAverage1m.toFixed(1)} over a minute`}
        />
        <Meter
          label="Memory used"
          used={gauges?.memoryUsedBytes ?? 0}
          total={facts.memoryBytes}
          text={gauges === null ? none : formatUsed(gauges.memoryUsedBytes, facts.memoryBytes)}
          note={gauges === null ? unmeasured : `${formatBytes(gauges.memoryAvailableBytes)} available`}
        />
        <Meter
          label="vCPUs given out"
          used={committed.vcpus}
          total={Math.max(facts.cpuCount, committed.vcpus)}
          text={`${committed.vcpus} of ${facts.cpuCount}`}
          warnAt={2}
          badAt={2}
          note={vcpuText(host)}
        />
        <Meter
          label="Memory given out"
          used={committed.memoryBytes}
          total={facts.memoryBytes}
          text={memoryCommittedText(host) ?? none}
          note="To machines that are on, or about to be"
        />
      </div>
    </Card>
  )
}
