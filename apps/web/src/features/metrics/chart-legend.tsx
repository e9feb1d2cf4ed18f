import { cn } from '@berth/ui/cn'
import { none } from '../../lib/format.ts'
import { type ChartSeries, type ChartSpec, formatFigure } from './metric-charts.ts'
import { figuresOf } from './metric-summary.ts'
import type { MetricWindow } from './metric-window.ts'

const swatches: Readonly<Record<ChartSeries['color'], string>> = {
  1: 'border-chart-1',
  2: 'border-chart-2',
  3: 'border-chart-3',
  4: 'border-chart-4',
}

export interface ChartLegendProps {
  spec: ChartSpec
  window: MetricWindow
  /** The point under the crosshair; without it the newest figures are shown. */
  index: number | null
}

/** Names the lines, and gives the figure of each. Hidden from screen readers: the chart's caption says more. */
export function ChartLegend({ spec, window, index }: ChartLegendProps) {
  return (
    <ul aria-hidden className="flex min-h-5 flex-wrap gap-x-4 gap-y-0.5 text-xs">
      {spec.series.map((series) => {
        const column = window.series[series.name]
        const value = index === null ? (figuresOf(column)?.now ?? null) : (column?.mean[index] ?? null)
        return (
          <li key={series.name} className="flex items-center gap-1.5">
            <Swatch className={cn(swatches[series.color], series.isDashed && 'border-dashed')} />
            <span className="text-ink-3">{series.label}</span>
            <span className="text-ink font-medium">{value === null ? none : formatFigure(spec.unit, value)}</span>
          </li>
        )
      })}
      {spec.limit && (
        <li className="flex items-center gap-1.5">
          <Swatch className="border-ink-3 border-dashed" />
          <span className="text-ink-3">{spec.limit.label}</span>
          <span className="text-ink font-medium">{formatFigure(spec.unit, spec.limit.value)}</span>
        </li>
      )}
    </ul>
  )
}

const Swatch = ({ className }: { className: string }) => <span className={cn('w-3.5 border-t-2', className)} />
