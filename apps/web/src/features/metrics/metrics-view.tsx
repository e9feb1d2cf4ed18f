'use client'
import { maxVcpuSeries } from '@berth/core/metrics/metric-series'
import type { VmView } from '@berth/core/vm/vm-view'
import { Button } from '@berth/ui/button'
import { ErrorState } from '@berth/ui/error-state'
import { SegmentedControl } from '@berth/ui/segmented-control'
import { Skeleton } from '@berth/ui/skeleton'
import { ZoomOut } from 'lucide-react'
import { usePathname, useRouter, useSearchParams } from 'next/navigation'
import { useEffect, useMemo, useState } from 'react'
import { errorText } from '../../lib/error-text.ts'
import { cpuChart, memoryChart, otherCharts, perVcpuChart } from './metric-charts.ts'
import { MetricChart } from './metric-chart.tsx'
import {
  metricRanges,
  type MetricRange,
  parseRange,
  parseZoom,
  rangeLabels,
  rangeSpansMs,
  type TimeSpan,
} from './metric-ranges.ts'
import { useMetricWindow } from './use-metric-window.ts'

const rangeOptions = metricRanges.map((value) => ({ value, label: rangeLabels[value] }))
const cpuOptions = [
  { value: 'all', label: 'All' },
  { value: 'each', label: 'Per vCPU' },
] as const

/** All figures of one machine. Range and zoom lie in the address, so that what is seen can be sent to somebody. */
export function MetricsView({ vm }: { vm: VmView }) {
  const { range, zoom, show } = useShownSpan()
  const { data: window, error, refetch, isFetching } = useMetricWindow(vm.vmId, rangeSpansMs[range], zoom)
  const isHeard = vm.state !== 'unknown'
  const hasFailed = error !== null
  useEffect(() => {
    // The host is back: what could not be read while it was silent is there again.
    if (isHeard && hasFailed) void refetch()
  }, [isHeard, hasFailed, refetch])
  const [cpu, setCpu] = useState<'all' | 'each'>('all')
  const { vcpus, memoryBytes } = vm.run?.startedWith ?? vm.spec
  const charts = useMemo(() => {
    const cpuSpec = cpu === 'each' ? perVcpuChart(Math.min(vcpus, maxVcpuSeries)) : cpuChart
    return [cpuSpec, memoryChart(memoryBytes), ...otherCharts]
  }, [cpu, vcpus, memoryBytes])
  const span = useMemo(() => {
    const toMs = (window?.timesMs.at(-1) ?? 0) + (window?.intervalMs ?? 0)
    return zoom ?? { fromMs: toMs - rangeSpansMs[range], toMs }
  }, [zoom, range, window])

  return (
    <section aria-label="Metrics" className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-3">
        <SegmentedControl
          label="Range"
          value={range}
          onValueChange={(next) => show(next, null)}
          options={rangeOptions}
        />
        {zoom ? (
          <Button size="sm" onClick={() => show(range, null)}>
            <ZoomOut aria-hidden />
            Reset zoom
          </Button>
        ) : (
          <span className="text-ink-3 text-xs max-sm:hidden">Drag across a chart to zoom in</span>
        )}
      </div>
      {error && !window ? (
        <ErrorState
          title="No figures"
          code={errorText(error).code}
          onRetry={() => void refetch()}
          retrying={isFetching}
        >
          {errorText(error).message ?? errorText(error).sentence} {errorText(error).remedy}
        </ErrorState>
      ) : (
        <div className="grid gap-4 xl:grid-cols-2" aria-busy={!window}>
          {charts.map((spec) =>
            window ? (
              <MetricChart
                key={spec.id}
                spec={spec}
                window={window}
                span={span}
                onZoom={(next) => show(range, next)}
                onReset={() => show(range, null)}
                actions={
                  spec.id === 'cpu' && vcpus > 1 ? (
                    <SegmentedControl
                      label="CPU lines"
                      value={cpu}
                      onValueChange={setCpu}
                      options={cpuOptions}
                      className="h-7"
                    />
                  ) : undefined
                }
              />
            ) : (
              <Skeleton key={spec.id} className="h-72 rounded-lg" />
            ),
          )}
        </div>
      )}
      {cpu === 'each' && (range !== 'hour' || vcpus > maxVcpuSeries) && (
        <p className="text-ink-3 text-xs">
          Figures of single vCPUs are kept for the last hour, and for the first {maxVcpuSeries} of them.
        </p>
      )}
    </section>
  )
}

function useShownSpan() {
  const router = useRouter()
  const pathname = usePathname()
  const search = useSearchParams()
  const range = parseRange(search.get('range'))
  const [from, to] = [search.get('from'), search.get('to')]
  const zoom = useMemo(() => parseZoom(from, to), [from, to])
  const show = (nextRange: MetricRange, nextZoom: TimeSpan | null) => {
    const query = new URLSearchParams()
    if (nextRange !== 'hour') query.set('range', nextRange)
    if (nextZoom) {
      query.set('from', String(nextZoom.fromMs))
      query.set('to', String(nextZoom.toMs))
    }
    router.replace(query.size > 0 ? `${pathname}?${query.toString()}` : pathname, { scroll: false })
  }
  return { range, zoom, show }
}
