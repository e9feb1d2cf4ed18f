/** QEMU's answer to query-migrate as what a move shows. Pure. */
import type { MoveLadderProgress, MovePhase, MoveProgress } from '@berth/core/migration/move-progress'
import type { MigrationInfo } from '../qmp/commands/move-commands.ts'
import { passesOf, type PassLog } from './pass-log.ts'

export interface MoveFigures {
  readonly totalBytes: number
  readonly transferredBytes: number
  readonly remainingBytes: number
  readonly throughputBytesPerSecond: number
  /** QEMU's dirty-sync-count; 0 while it sets up. */
  readonly pass: number
  readonly dirtyBytesPerSecond: number | null
  readonly expectedDowntimeMs: number | null
  readonly throttlePercent: number
}

const nothingYet: MoveFigures = {
  ...{ totalBytes: 0, transferredBytes: 0, remainingBytes: 0, throughputBytesPerSecond: 0, pass: 0 },
  ...{ dirtyBytesPerSecond: null, expectedDowntimeMs: null, throttlePercent: 0 },
}

const bitsPerMegabit = 1_000_000

export function readFigures(info: MigrationInfo): MoveFigures {
  const { ram } = info
  if (ram === undefined) return nothingYet
  const pass = ram['dirty-sync-count']
  // Before the first pass is over it has measured nothing: its rate is 0 then, and its forecast the limit it was given.
  const hasMeasured = pass > 1
  return {
    totalBytes: ram.total,
    transferredBytes: ram.transferred,
    remainingBytes: ram.remaining,
    throughputBytesPerSecond: Math.max(0, (ram.mbps * bitsPerMegabit) / 8),
    pass,
    dirtyBytesPerSecond: hasMeasured ? ram['dirty-pages-rate'] * ram['page-size'] : null,
    expectedDowntimeMs: hasMeasured ? (info['expected-downtime'] ?? null) : null,
    throttlePercent: Math.min(99, info['cpu-throttle-percentage'] ?? 0),
  }
}

export interface MoveMoment {
  readonly phase: MovePhase
  readonly elapsedMs: number
  readonly downtimeLimitMs: number
  readonly passes: PassLog
  readonly ladder: MoveLadderProgress
  readonly bandwidthBytesPerSecond: number | null
}

export function progressOf(figures: MoveFigures, moment: MoveMoment): MoveProgress {
  const { pass, ...shown } = figures
  const elapsedMs = Math.round(moment.elapsedMs)
  const now = { number: pass, transferredBytes: figures.transferredBytes, elapsedMs }
  return {
    ...shown,
    ladder: moment.ladder,
    bandwidthBytesPerSecond: moment.bandwidthBytesPerSecond,
    at: new Date().toISOString(),
    phase: moment.phase,
    elapsedMs,
    downtimeLimitMs: moment.downtimeLimitMs,
    passes: pass === 0 ? [] : passesOf(moment.passes, now),
  }
}

/** 0 to 1 by bytes: it falls back a little with each pass, as what is left to send does. */
export function shareOf({ totalBytes, transferredBytes, remainingBytes }: MoveFigures): number | null {
  if (totalBytes === 0) return null
  return transferredBytes === 0 ? 0 : transferredBytes / (transferredBytes + remainingBytes)
}
