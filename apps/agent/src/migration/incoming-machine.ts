/** A machine that waits, or was taken, as the record that it has or gets. Pure. */
import type { HeldVmState } from '@berth/core/vm/vm-state'
import { clockGeneration } from '../vm/vm-publisher.ts'
import type { RunRecord, VmRecord } from '../vm/vm-record.ts'
import type { IncomingRecord } from './move-records.ts'

/** As the launcher wants it: with the spec that its process is started with. Never written to disk. */
export function recordOfIncoming(
  { vmId, epoch, passport, uid }: IncomingRecord,
  now: { state: HeldVmState; run: RunRecord | null },
): VmRecord {
  return {
    ...{ version: 1, vmId, epoch, uid, generation: clockGeneration() },
    ...{ spec: passport.spec, specRevision: passport.specRevision, desiredPower: passport.desiredPower },
    ...{ state: now.state, stateSince: new Date().toISOString(), pauseReason: null, run: now.run },
    ...{ lastExit: null, autostartBootId: null, sending: null, given: null, taken: null, relocating: null },
  }
}

/** The same of one that is off, for the reason that it had: its disks came, and no process is left that took them. */
export function recordOfTakenOff(incoming: IncomingRecord): VmRecord {
  const { passport, moveId, tokenHash, sourceHostId } = incoming
  return {
    ...recordOfIncoming(incoming, { state: 'stopped', run: null }),
    ...passport.off,
    ...{ spec: passport.nextSpec, specRevision: passport.nextRevision },
    taken: { moveId, tokenHash, sourceHostId, mustRun: false },
  }
}

/** As this host's own, from now on: with the newest spec, which takes effect with its next start here. */
export function recordOfTaken(incoming: IncomingRecord, taken: { run: RunRecord; isRunning: boolean }): VmRecord {
  const { passport, moveId, tokenHash, sourceHostId } = incoming
  return {
    ...recordOfIncoming(incoming, { state: 'paused', run: taken.run }),
    ...{ pauseReason: 'migration', spec: passport.nextSpec, specRevision: passport.nextRevision },
    taken: { moveId, tokenHash, sourceHostId, mustRun: taken.isRunning },
  }
}
