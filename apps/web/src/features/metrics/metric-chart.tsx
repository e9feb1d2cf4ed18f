'use client'
import 'uplot/dist/uPlot.min.css'
import { Card } from '@berth/ui/card'
import { type ReactNode, useEffect, useEffectEvent, useId, useRef, useState } from 'react'
import uPlot from 'uplot'
import { useChartColors } from './chart-colors.ts'
import { chartData, chartHeight, chartOptions, momentLabel } from './chart-options.ts'
import { ChartLegend } from './chart-legend.tsx'
import type { ChartSpec } from './metric-charts.ts'
import type { TimeSpan } from './metric-ranges.ts'
import { describeChart, isEmptyChart } from './metric-summary.ts'
import type { MetricWindow } from './metric-window.ts'

export interface MetricChartProps {
  spec: ChartSpec
  window: MetricWindow
  /** What the time axis covers. */
  span: TimeSpan
  onZoom: (span: TimeSpan) => void
  onReset: () => void
  actions?: ReactNode
}

/** One chart on a canvas, its legend with the figures under the crosshair, and the same in words. */
export function MetricChart({ spec, window, span, onZoom, onReset, actions }: MetricChartProps) {
  const summaryId = useId()
  const place = useRef<HTMLDivElement>(null)
  const domain = useRef(span)
  const plot = useRef<uPlot | null>(null)
  const colors = useChartColors()
  const [point, setPoint] = useState<number | null>(null)
  const zoom = useEffectEvent(onZoom)
  const dataNow = useEffectEvent(() => chartData(spec, window))

  useEffect(() => {
    const element = place.current
    if (!element || colors.label === '') return
    const drawing = { spec, colors, domain, onZoom: zoom, onPoint: setPoint }
    const made = new uPlot(chartOptions(drawing, element.clientWidth), dataNow(), element)
    plot.current = made
    const sizes = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: chartHeight }))
    sizes.observe(element)
    return () => {
      sizes.disconnect()
      made.destroy()
      plot.current = null
    }
  }, [spec, colors])

  useEffect(() => {
    domain.current = span
    plot.current?.setData(chartData(spec, window))
  }, [spec, window, span])

  const index = point === null || point >= window.timesMs.length ? null : point
  const atMs = index === null ? undefined : window.timesMs[index]
  const isEmpty = isEmptyChart(spec, window)
  return (
    <Card
      title={spec.title}
      actions={
        <>
          {atMs !== undefined && <span className="text-ink-3 text-xs">{momentLabel(atMs, span)}</span>}
          {actions}
        </>
      }
    >
      <figure aria-labelledby={summaryId} className="flex flex-col gap-1">
        <ChartLegend spec={spec} window={window} index={index} />
        <div className="relative" onDoubleClick={onReset}>
          <div ref={place} aria-hidden style={{ height: chartHeight }} />
          {isEmpty && (
            <p className="text-ink-3 pointer-events-none absolute inset-0 grid place-items-center pb-6 pl-14 text-sm">
              Nothing was measured in this time
            </p>
          )}
        </div>
        <figcaption id={summaryId} className="sr-only">
          {describeChart(spec, window)}
        </figcaption>
      </figure>
    </Card>
  )
}
