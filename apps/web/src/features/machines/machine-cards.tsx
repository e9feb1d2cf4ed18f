'use client'
import { LoadMore } from '@berth/ui/load-more'
import type { VmView } from '@berth/core/vm/vm-view'
import Link from 'next/link'
import { formatPercent, none, plural } from '../../lib/format.ts'
import { formatBytes } from '@berth/core/units/bytes'
import { paths } from '../../lib/paths.ts'
import { AddressCell, MachineBadges } from './machine-cells.tsx'
import { MachineState } from './machine-state.tsx'
import { ConsoleButton, RowMenu } from './row-menu.tsx'

export interface MachineCardsProps {
  rows: readonly VmView[]
  hasMore: boolean
  isLoadingMore: boolean
  onLoadMore: () => void
}

/** The list on a phone: state, address, console and power within reach of the thumb. */
export function MachineCards({ rows, hasMore, isLoadingMore, onLoadMore }: MachineCardsProps) {
  return (
    <>
      <ul aria-label="Machines" className="flex flex-col gap-2.5">
        {rows.map((vm) => (
          <li
            key={vm.vmId}
            className="border-line bg-surface rounded-lg border px-3.5 py-3 shadow-xs [contain-intrinsic-size:auto_7rem] [content-visibility:auto]"
          >
            <MachineCard vm={vm} />
          </li>
        ))}
      </ul>
      <LoadMore shown={rows.length} hasMore={hasMore} loading={isLoadingMore} onLoadMore={onLoadMore} />
    </>
  )
}

function MachineCard({ vm }: { vm: VmView }) {
  const share = vm.run === null ? undefined : vm.sample?.values.cpuShare
  return (
    <>
      <div className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <Link href={paths.machine(vm.vmId)} className="block truncate text-base font-medium">
            {vm.name}
          </Link>
          <MachineState vm={vm} detailed className="text-ink-2 text-sm" />
        </div>
        <ConsoleButton vm={vm} />
        <RowMenu vm={vm} />
      </div>
      <div className="text-ink-2 mt-2 flex flex-wrap items-center gap-x-4 gap-y-1 text-xs">
        <AddressCell vm={vm} />
        <span>
          {plural(vm.spec.vcpus, 'vCPU')} {share === undefined ? '' : formatPercent(share)}
        </span>
        <span>{formatBytes(vm.spec.memoryBytes)}</span>
        <span>{vm.host?.name ?? none}</span>
        <MachineBadges vm={vm} />
      </div>
    </>
  )
}
