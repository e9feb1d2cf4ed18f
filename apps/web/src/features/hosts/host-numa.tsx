import { Card } from '@berth/ui/card'
import { Meter } from '@berth/ui/meter'
import type { HostView } from '@berth/core/host/host'
import { formatBytes } from '@berth/core/units/bytes'
import { formatUsed, none, plural } from '../../lib/format.ts'

/** Memory by NUMA node and large pages, where the host has more than one node or any of them. */
export function HostNuma({ host: { facts, gauges } }: { host: HostView }) {
  const nodes = facts?.numaNodes ?? []
  const pages = facts?.hugePages?.filter(({ totalCount }) => totalCount > 0) ?? []
  if (nodes.length < 2 && pages.length === 0) return null
  return (
    <Card title="Memory by node" description="Processors reach the memory of their own node fastest">
      <div className="grid gap-x-8 gap-y-5 sm:grid-cols-2">
        {nodes.length > 1 &&
          nodes.map((node, index) => {
            const free = gauges?.numaFreeBytes?.[index]
            return (
              <Meter
                key={node.nodeId}
                label={`Node ${node.nodeId}`}
                used={free === undefined ? 0 : node.memoryBytes - free}
                total={node.memoryBytes}
                text={free === undefined ? none : `${formatUsed(node.memoryBytes - free, node.memoryBytes)} used`}
                note={`${plural(node.cpuCount, 'processor')}: ${node.cpus}`}
              />
            )
          })}
        {pages.map(({ pageBytes, totalCount }, index) => {
          const free = gauges?.hugePagesFree?.[index]
          return (
            <Meter
              key={pageBytes}
              label={`Huge pages of ${formatBytes(pageBytes)}`}
              used={free === undefined ? 0 : totalCount - free}
              total={totalCount}
              text={free === undefined ? `${totalCount} kept` : `${totalCount - free} of ${totalCount} used`}
              warnAt={2}
              badAt={2}
            />
          )
        })}
      </div>
    </Card>
  )
}
