'use client'
import { Spinner } from '@berth/ui/spinner'
import { StaleBadge } from '@berth/ui/stale-badge'
import { StateDot, type StateKind } from '@berth/ui/state-dot'
import type { VmState } from '@berth/core/vm/vm-state'
import type { VmView } from '@berth/core/vm/vm-view'

export const stateLooks: Readonly<Record<VmState, { kind: StateKind; word: string }>> = {
  creating: { kind: 'busy', word: 'Creating' },
  stopped: { kind: 'off', word: 'Stopped' },
  starting: { kind: 'busy', word: 'Starting' },
  running: { kind: 'on', word: 'Running' },
  paused: { kind: 'paused', word: 'Paused' },
  stopping: { kind: 'busy', word: 'Stopping' },
  migrating: { kind: 'busy', word: 'Migrating' },
  crashed: { kind: 'failed', word: 'Crashed' },
  deleting: { kind: 'busy', word: 'Deleting' },
  unknown: { kind: 'unknown', word: 'Unknown' },
}

export interface MachineStateProps {
  vm: VmView
  /** Also the age of what is stale and the task under way, below the word. */
  detailed?: boolean | undefined
  className?: string | undefined
}

/** State by colour, shape and word; with its age when its host does not answer. */
export function MachineState({ vm, detailed = false, className }: MachineStateProps) {
  const { kind } = stateLooks[vm.state]
  return (
    <span className={className}>
      <StateDot {...lookOf(vm)} />
      {detailed && vm.state === 'unknown' && vm.seenAt !== null && (
        <span className="mt-px block">
          <StaleBadge seenAt={vm.seenAt} reason={`Was ${vm.lastKnownState}; its host does not answer`} />
        </span>
      )}
      {detailed && vm.operation !== null && kindIsCalm(kind) && (
        <span className="text-ink-3 mt-0.5 flex items-center gap-1.5 text-xs">
          <Spinner className="size-3" />
          <span className="truncate">{verbOf(vm)}</span>
        </span>
      )}
    </span>
  )
}

function lookOf({ state, silentSince, pauseReason }: VmView): { kind: StateKind; label: string } {
  const { kind, word } = stateLooks[state]
  // What it said last stays the state: it goes on from there when it answers again.
  if (silentSince !== null) return { kind: 'warn', label: `${word}, not responding` }
  if (state === 'paused' && pauseReason !== null && pauseReason !== 'user')
    return { kind: 'warn', label: `Paused: ${pauseReason}` }
  return { kind, label: word }
}

const kindIsCalm = (kind: StateKind): boolean => kind !== 'busy'

/** "Start web-1" without the name, which the row says already. */
function verbOf({ operation, name }: VmView): string {
  return operation?.title.replace(` ${name}`, '') ?? ''
}
