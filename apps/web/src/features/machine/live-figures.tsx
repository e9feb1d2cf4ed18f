'use client'
import type { VmSample } from '@berth/core/metrics/metric-series'
import type { VmView } from '@berth/core/vm/vm-view'
import { Button } from '@berth/ui/button'
import { Card } from '@berth/ui/card'
import { Sparkline } from '@berth/ui/sparkline'
import Link from 'next/link'
import { formatPercent, formatRate, formatUsed, none } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { type RecentLine, recentSpanMs, recentValues } from './recent-values.ts'
import { useMetricWindow } from '../metrics/use-metric-window.ts'

/** The last quarter of an hour, small and live; the whole history is a page of its own. */
export function LiveFigures({ vm, className }: { vm: VmView; className?: string | undefined }) {
  const { data: window } = useMetricWindow(vm.vmId, recentSpanMs, null)
  const values = vm.run ? vm.sample?.values : undefined
  // What runs has what it was started with; what waits for the next start is not there yet.
  const { memoryBytes } = vm.run?.startedWith ?? vm.spec
  const memory = values?.memoryGuestUsedBytes ?? values?.memoryHostBytes
  const memoryNames = ['memoryGuestUsedBytes', 'memoryHostBytes'] as const
  const points = (...names: RecentLine[]) => {
    const lines = names.map((name) => (window ? recentValues(window, name) : []))
    return lines.find((line) => line.some((value) => value !== null)) ?? []
  }
  const both = (a: keyof VmSample['values'], b: keyof VmSample['values']) =>
    values ? (values[a] ?? 0) + (values[b] ?? 0) : undefined
  return (
    <Card
      title="Last 15 minutes"
      className={className}
      actions={
        <Button asChild size="sm" variant="link">
          <Link href={paths.machine(vm.vmId, 'metrics')}>All metrics</Link>
        </Button>
      }
    >
      <div className="grid grid-cols-2 gap-x-4 gap-y-5 sm:gap-x-8">
        <Figure
          label="CPU"
          now={values?.cpuShare === undefined ? none : formatPercent(values.cpuShare)}
          values={points('cpuShare')}
          max={1}
          color={1}
        />
        <Figure
          label="Memory"
          now={memory === undefined ? none : formatUsed(memory, memoryBytes)}
          note={values?.memoryGuestUsedBytes === undefined ? 'on the host' : 'in the guest'}
          values={points(...memoryNames)}
          max={memoryBytes}
          color={2}
        />
        <Figure
          label="Disk"
          now={rateText(both('diskReadBytesPerSecond', 'diskWriteBytesPerSecond'))}
          note="read and written"
          values={points('diskBytes')}
          color={3}
        />
        <Figure
          label="Network"
          now={rateText(both('networkRxBytesPerSecond', 'networkTxBytesPerSecond'))}
          note="received and sent"
          values={points('networkBytes')}
          color={4}
        />
      </div>
    </Card>
  )
}

const rateText = (rate: number | undefined): string => (rate === undefined ? none : formatRate(rate))

interface FigureProps {
  label: string
  now: string
  note?: string | undefined
  values: readonly (number | null)[]
  max?: number | undefined
  color: 1 | 2 | 3 | 4
}

function Figure({ label, now, note, values, max, color }: FigureProps) {
  return (
    <div>
      <div className="flex justify-between gap-x-3 max-sm:flex-col sm:items-baseline">
        <span className="text-ink-2 text-sm">
          {label}
          {note !== undefined && <span className="text-ink-3 text-xs"> {note}</span>}
        </span>
        <span className={now === none ? 'text-ink-3' : 'text-lg font-semibold'}>{now}</span>
      </div>
      <Sparkline
        label={`${label} of the last 15 minutes, now ${now}`}
        values={values}
        max={max}
        color={color}
        className="border-line-soft mt-1 h-12 w-full border-b sm:h-14"
      />
    </div>
  )
}
