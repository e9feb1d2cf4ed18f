/** Looks at a guest's memory over spans from a tenth of a second to some seconds, and makes of it what the contract says. */
import { setTimeout as pause } from 'node:timers/promises'
import type { DirtySample } from '@berth/core/migration/move-forecast'
import { GuestMemory } from './guest-memory.ts'
import { changedShare, lookAt, pageBytes, pickPages, usedShare, type Look } from './page-sample.ts'

/** Each twice the one before: any two looks make a span, from 60 ms to 3.8 s, and most spans are seen more than once. */
const gapsMs = [60, 120, 240, 480, 960, 1_920]

export interface DirtyMeasure {
  readonly pid: number
  readonly memoryBytes: number
  /** One that stands writes nothing: one look is enough. */
  readonly isRunning: boolean
  /** Before each look; throws when the machine may not be looked at any more. */
  readonly check: () => void
  readonly signal: AbortSignal
}

/** Throws FORECAST_UNAVAILABLE, what `check` throws, and the signal's reason. */
export async function measureDirty({ pid, isRunning, check, signal, ...given }: DirtyMeasure): Promise<DirtySample> {
  using memory = await GuestMemory.open(pid, given.memoryBytes)
  const { bytes: memoryBytes } = memory
  const offsets = pickPages(memoryBytes)
  const looks: Look[] = [await lookAt(memory, offsets, signal)]
  for (const gapMs of isRunning ? gapsMs : []) {
    await pause(gapMs, undefined, { signal })
    check()
    looks.push(await lookAt(memory, offsets, signal))
  }
  const [first] = looks
  return {
    ...{ at: new Date().toISOString(), memoryBytes, pageBytes, sampledPages: offsets.length },
    usedBytes: Math.round((first === undefined ? 1 : usedShare(first)) * memoryBytes),
    changes: looks.flatMap((after, index) =>
      looks.slice(0, index).map((before) => ({
        spanMs: after.atMs - before.atMs,
        dirtyBytes: changedShare(before, after) * memoryBytes,
      })),
    ),
  }
}
