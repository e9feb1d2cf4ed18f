/** Which charts there are, of which series, and how their figures read. */
import type { VmSeriesName } from '@berth/core/metrics/metric-series'
import { formatBytes, formatDuration, formatPercent, formatPerSecond, formatRate } from '../../lib/format.ts'
import { vcpuSeriesName } from './metric-window.ts'

export type ChartUnit = 'share' | 'bytes' | 'bytesPerSecond' | 'perSecond' | 'ms'

export interface ChartSeries {
  readonly name: string
  readonly label: string
  /** Of --chart-1 to --chart-4. */
  readonly color: 1 | 2 | 3 | 4
  readonly isDashed?: boolean | undefined
}

export interface ChartSpec {
  readonly id: string
  readonly title: string
  readonly unit: ChartUnit
  readonly series: readonly ChartSeries[]
  /** The scale reaches at least so far. */
  readonly leastTop: number
  /** A line across: what is assigned. */
  readonly limit?: { readonly value: number; readonly label: string } | undefined
}

const series = (name: VmSeriesName, label: string, color: ChartSeries['color']): ChartSeries => ({ name, label, color })

const KiB = 1024

export const cpuChart: ChartSpec = {
  id: 'cpu',
  title: 'CPU',
  unit: 'share',
  series: [series('cpuShare', 'All vCPUs', 1)],
  leastTop: 0.1,
}

export function perVcpuChart(vcpus: number): ChartSpec {
  const colors = [1, 2, 3, 4] as const
  const lines = Array.from({ length: vcpus }, (_, index) => ({
    name: vcpuSeriesName(index),
    label: `vCPU ${index}`,
    color: colors[index % colors.length] ?? 1,
    isDashed: index >= colors.length,
  }))
  return { ...cpuChart, series: lines }
}

export function memoryChart(assignedBytes: number): ChartSpec {
  return {
    id: 'memory',
    title: 'Memory',
    unit: 'bytes',
    series: [series('memoryHostBytes', 'On the host', 1), series('memoryGuestUsedBytes', 'Used in the guest', 2)],
    leastTop: assignedBytes * 1.08,
    limit: { value: assignedBytes, label: 'Assigned' },
  }
}

export const otherCharts: readonly ChartSpec[] = [
  {
    id: 'disk-bytes',
    title: 'Disk throughput',
    unit: 'bytesPerSecond',
    series: [series('diskReadBytesPerSecond', 'Read', 1), series('diskWriteBytesPerSecond', 'Write', 3)],
    leastTop: 64 * KiB,
  },
  {
    id: 'disk-operations',
    title: 'Disk operations',
    unit: 'perSecond',
    series: [series('diskReadsPerSecond', 'Read', 1), series('diskWritesPerSecond', 'Write', 3)],
    leastTop: 10,
  },
  {
    id: 'disk-latency',
    title: 'Disk latency',
    unit: 'ms',
    series: [series('diskReadLatencyMs', 'Read', 1), series('diskWriteLatencyMs', 'Write', 3)],
    leastTop: 1,
  },
  {
    id: 'network',
    title: 'Network',
    unit: 'bytesPerSecond',
    series: [series('networkRxBytesPerSecond', 'Received', 2), series('networkTxBytesPerSecond', 'Sent', 4)],
    leastTop: 16 * KiB,
  },
]

export function formatFigure(unit: ChartUnit, value: number): string {
  switch (unit) {
    case 'share':
      return formatPercent(value)
    case 'bytes':
      return formatBytes(Math.round(value))
    case 'bytesPerSecond':
      return formatRate(value)
    case 'perSecond':
      return formatPerSecond(value)
    case 'ms':
      return value < 10 ? `${Number(value.toFixed(value < 1 ? 2 : 1))} ms` : formatDuration(value)
  }
}
