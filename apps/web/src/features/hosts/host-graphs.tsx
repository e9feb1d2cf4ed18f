'use client'
import { Card } from '@berth/ui/card'
import { Sparkline } from '@berth/ui/sparkline'
import type { HostView } from '@berth/core/host/host'
import { formatBytes, formatPercent, formatRate, none } from '../../lib/format.ts'
import type { GaugePoint } from './gauge-history.ts'
import { useGaugeHistory } from './use-gauge-history.ts'

type GaugeName = Exclude<keyof GaugePoint, 'atMs'>

interface Graph {
  name: GaugeName
  title: string
  color: 1 | 2 | 3 | 4
  format: (value: number) => string
  max?: number | undefined
}

/** The last quarter of an hour, going on live. */
export function HostGraphs({ host }: { host: HostView }) {
  const points = useGaugeHistory(host)
  const memoryBytes = host.facts?.memoryBytes
  const graphs: readonly Graph[] = [
    { name: 'cpuShare', title: 'CPU', color: 1, format: formatPercent, max: 1 },
    { name: 'memoryUsedBytes', title: 'Memory', color: 2, format: (value) => formatBytes(value), max: memoryBytes },
    { name: 'diskBytesPerSecond', title: 'Disks', color: 3, format: formatRate },
    { name: 'networkBytesPerSecond', title: 'Network', color: 4, format: formatRate },
  ]
  return (
    <div className="grid grid-cols-2 gap-3 xl:grid-cols-4">
      {graphs.map((graph) => (
        <GraphCard key={graph.name} graph={graph} points={points} isLive={host.gauges !== null} />
      ))}
    </div>
  )
}

interface GraphCardProps {
  graph: Graph
  points: readonly GaugePoint[]
  isLive: boolean
}

function GraphCard({ graph, points, isLive }: GraphCardProps) {
  const { name, title, format, color, max } = graph
  const values = points.map((point) => point[name])
  const newest = isLive ? (values.findLast((value) => value !== null) ?? null) : null
  const highest = Math.max(0, ...values.map((value) => value ?? 0))
  const shown = newest === null ? none : format(newest)
  return (
    <Card>
      <div className="flex items-baseline justify-between gap-2">
        <h2 className="text-ink-2 text-xs">{title}</h2>
        <span className="text-ink-3 text-2xs whitespace-nowrap max-sm:hidden">15 min</span>
      </div>
      <p className="mt-0.5 text-lg font-semibold whitespace-nowrap">{shown}</p>
      <Sparkline
        values={values}
        label={`${title}: now ${shown}, highest ${format(highest)} in 15 min`}
        color={color}
        {...(max === undefined ? {} : { max })}
        className="mt-2 h-12 w-full"
      />
    </Card>
  )
}
