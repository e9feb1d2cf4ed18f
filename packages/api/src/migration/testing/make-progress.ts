import { moveProgressSchema, type MoveProgress } from '@berth/core/migration/move-progress'

/** Figures in the middle of the first pass; tests say what is different about theirs. */
export const makeProgress = (change: Partial<MoveProgress> = {}): MoveProgress =>
  moveProgressSchema.parse({
    ...{ at: '2026-11-23T03:05:00.000Z', phase: 'memory', elapsedMs: 500, totalBytes: 1_000, transferredBytes: 400 },
    ...{ remainingBytes: 600, throughputBytesPerSecond: 800, dirtyBytesPerSecond: null, expectedDowntimeMs: null },
    ...{ downtimeLimitMs: 100, throttlePercent: 0, passes: [{ number: 1, bytes: 400, ms: 500 }] },
    ...change,
  })
