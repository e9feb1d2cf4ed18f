/** Which phase the deck marks, and how it stands. Pure. */
import { policyMay } from '@berth/core/migration/move-policy'
import { type MovePhase, movePhases } from '@berth/core/migration/move-progress'
import type { MoveView } from '@berth/core/migration/move-view'
import type { OperationView } from '@berth/core/operation/operation'
import type { PhaseEnd } from './phase-strip.tsx'

export interface DeckState {
  /** Null before the first has begun. */
  phase: MovePhase | null
  end: PhaseEnd
}

type Task = Pick<OperationView, 'status'>

/** Until figures come the target is being prepared: nothing else happens before memory is sent. */
export function deckState({ status }: Task, { progress }: Pick<MoveView, 'progress'>): DeckState {
  const phase = progress?.phase ?? (status === 'queued' ? null : 'prepare')
  switch (status) {
    case 'succeeded':
      return { phase, end: 'done' }
    case 'failed':
      return { phase, end: 'failed' }
    case 'cancelled':
    case 'interrupted':
      return { phase, end: 'stopped' }
    default:
      return { phase, end: 'running' }
  }
}

/** What a machine that is off has no need of. */
const memoryPhases: ReadonlySet<MovePhase> = new Set(['memory', 'switch-over', 'post-copy'])

type PhasedMove = Pick<MoveView, 'policy' | 'disks' | 'isOff' | 'progress'>

/** Those that the move may come to; once it has ended, those that it had. */
export function phasesOf({ policy, disks, isOff, progress }: PhasedMove, end: PhaseEnd): readonly MovePhase[] {
  const hasSwitched = progress?.ladder?.taken.some(({ action }) => action.kind === 'switch') === true
  const maySwitch = end === 'running' ? policyMay(policy, 'switch') : hasSwitched
  return movePhases.filter((phase) => {
    if (phase === 'disks') return disks.length > 0
    if (isOff) return !memoryPhases.has(phase)
    return phase !== 'post-copy' || maySwitch
  })
}

/** Figures come twice a second and more; older ones are not of now. */
const staleAfterMs = 5_000

/** How old the shown figures are, in ms, once that is worth saying; null while they are fresh, or none are due. */
export function figuresAgeMs(
  { status }: Task,
  { progress }: Pick<MoveView, 'progress'>,
  times: { heardAtMs: number; nowMs: number | null },
) {
  if (status !== 'running' || progress === null || progress.phase !== 'memory' || times.nowMs === null) return null
  const age = times.nowMs - times.heardAtMs
  return age > staleAfterMs ? age : null
}
