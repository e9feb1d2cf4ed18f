'use client'
import { Card } from '@berth/ui/card'
import { StateDot } from '@berth/ui/state-dot'
import { filterStates } from '@berth/core/vm/vm-filter'
import type { VmState } from '@berth/core/vm/vm-state'
import type { AppRouter } from '@berth/api/root'
import type { inferRouterOutputs } from '@trpc/server'
import Link from 'next/link'
import { formatNumber } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { stateLooks } from '../machines/machine-state.tsx'

type VmCounts = inferRouterOutputs<AppRouter>['vm']['counts']

const always: readonly VmState[] = ['running', 'stopped']
const bars: Readonly<Partial<Record<VmState, string>>> = {
  running: 'bg-ok',
  stopped: 'bg-line-control',
  paused: 'bg-warn',
  crashed: 'bg-bad',
  unknown: 'bg-idle',
}

/** Machines by state; each leads to the list of just these. */
export function StateCounts({ counts: { total, states } }: { counts: VmCounts }) {
  const counts = filterStates
    .map((state) => ({ state, count: states[state] ?? 0 }))
    .filter(({ state, count }) => count > 0 || always.includes(state))
  return (
    <Card
      title="Machines"
      actions={
        <Link href={paths.machines()} className="text-accent-ink text-xs font-medium hover:underline">
          All machines
        </Link>
      }
    >
      <p className="flex items-baseline gap-2">
        <span className="text-2xl font-semibold">{formatNumber(total)}</span>
        <span className="text-ink-3 text-xs">in all</span>
      </p>
      <div aria-hidden className="bg-pressed mt-3 flex h-2 gap-px overflow-hidden rounded-full">
        {counts.map(({ state, count }) => (
          <span key={state} className={bars[state] ?? 'bg-focus'} style={{ flexGrow: count }} />
        ))}
      </div>
      <ul className="mt-3 grid grid-cols-2 gap-x-8 gap-y-0.5 text-sm">
        {counts.map(({ state, count }) => (
          <li key={state}>
            <Link
              href={paths.machines({ filter: `state:${state}` })}
              className="hover:bg-hover -mx-2 flex items-center justify-between gap-2 rounded-sm px-2 py-1"
            >
              <StateDot kind={stateLooks[state].kind} label={stateLooks[state].word} className="text-ink-2" />
              <span className="font-medium">{formatNumber(count)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  )
}
