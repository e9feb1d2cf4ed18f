/**
 * Where a machine's power is not what was asked for, and nobody is at it: shown with one click to mend, and never mended by
 * itself, because whatever switched it may have had a reason. What the host restores after its own reboot it has tried by
 * then. Pure.
 */
import type { VmView } from './vm-view.ts'

export type PowerDrift = 'should-run' | 'should-be-off'

type Seen = Pick<VmView, 'state' | 'lastExit' | 'operation' | 'run'> & {
  readonly spec: Pick<VmView['spec'], 'desiredPower'>
}

/** Null: as it should be, under way, or not known. */
export function powerDriftOf({ state, spec, lastExit, operation, run }: Seen): PowerDrift | null {
  if (operation !== null) return null
  const isOff = state === 'stopped' || (state === 'crashed' && run === null)
  // A guest that powers itself off was told to by its user: that is an answer to the wish, not a breach of it.
  if (isOff) return spec.desiredPower === 'on' && lastExit?.reason !== 'guest-shutdown' ? 'should-run' : null
  return spec.desiredPower === 'off' && (state === 'running' || state === 'paused') ? 'should-be-off' : null
}
