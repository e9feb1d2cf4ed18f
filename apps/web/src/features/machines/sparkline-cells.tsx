'use client'
import { Sparkline } from '@berth/ui/sparkline'
import type { VmView } from '@berth/core/vm/vm-view'
import { formatPercent, formatRate, none } from '../../lib/format.ts'
import { useSparkline } from './use-sparkline.ts'

export function CpuCell({ vm }: { vm: VmView }) {
  const history = useSparkline(vm)
  const share = vm.run === null || vm.state === 'unknown' ? undefined : vm.sample?.values.cpuShare
  const peak = history === null ? 0 : highest(history.cpu)
  const isHeard = vm.state !== 'unknown'
  return (
    <span className="flex items-center gap-1.5">
      <span className="w-9 shrink-0 leading-tight">
        <span className="block">{vm.spec.vcpus}</span>
        <span className="text-ink-3 block text-xs">{share === undefined ? ' ' : formatPercent(share)}</span>
      </span>
      {history !== null && (
        <Sparkline
          values={history.cpu}
          max={Math.max(0.25, peak)}
          label={`CPU of ${vm.name}: ${isHeard ? formatPercent(share ?? 0) : 'not known now'}, highest ${formatPercent(peak)} in 15 minutes`}
        />
      )}
    </span>
  )
}

export function NetworkCell({ vm }: { vm: VmView }) {
  const history = useSparkline(vm)
  if (history === null) return null
  const values = vm.sample?.values
  const isHeard = vm.state !== 'unknown'
  const rate = (values?.networkRxBytesPerSecond ?? 0) + (values?.networkTxBytesPerSecond ?? 0)
  const peak = highest(history.network)
  return (
    <span className="flex flex-col">
      <Sparkline
        values={history.network}
        max={Math.max(1_024, peak)}
        color={2}
        className="w-18"
        label={`Network of ${vm.name}: ${isHeard ? formatRate(rate) : 'not known now'}, highest ${formatRate(peak)} in 15 minutes`}
      />
      <span className="text-ink-3 block text-xs whitespace-nowrap">{isHeard ? formatRate(rate) : none}</span>
    </span>
  )
}

const highest = (values: readonly (number | null)[]): number => Math.max(0, ...values.map((value) => value ?? 0))
