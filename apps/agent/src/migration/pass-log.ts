/** Passes over a machine's memory as QEMU's two counters tell them: which pass it is in, and all bytes so far. Pure. */
import type { MovePass } from '@berth/core/migration/move-progress'

export interface PassFigures {
  /** QEMU's dirty-sync-count: 1 while all memory is sent for the first time. */
  readonly number: number
  readonly transferredBytes: number
  readonly elapsedMs: number
}

/** Passes that have ended, and where the one that goes on began. */
export interface PassLog {
  readonly ended: readonly MovePass[]
  readonly began: PassFigures
}

const maxPasses = 200

export const firstPass: PassLog = { ended: [], began: { number: 1, transferredBytes: 0, elapsedMs: 0 } }

/** Looks seldom see a pass begin to the byte: what was sent between two looks counts for the pass that ended. */
export function notePass(log: PassLog, now: PassFigures): PassLog {
  if (now.number <= log.began.number) return log
  return { ended: [...log.ended, passSince(log.began, now)].slice(-maxPasses), began: now }
}

/** All that are known, the one that goes on last; of very many the newest. */
export const passesOf = ({ ended, began }: PassLog, now: PassFigures): MovePass[] =>
  [...ended, passSince(began, now)].slice(-maxPasses)

const passSince = (began: PassFigures, now: PassFigures): MovePass => ({
  number: began.number,
  bytes: Math.max(0, now.transferredBytes - began.transferredBytes),
  ms: Math.max(0, now.elapsedMs - began.elapsedMs),
})
