import { newUuid } from '@berth/core/ids/ids'
import { movedDiskSchema } from '@berth/core/migration/disk-plan'
import type { MovePhase, MoveProgress } from '@berth/core/migration/move-progress'
import { describe, expect, it } from 'vitest'
import { deckState, figuresAgeMs, phasesOf } from './deck-state.ts'

const progress = (phase: MovePhase): { progress: MoveProgress } => ({
  progress: {
    at: '2026-11-23T04:00:00.000Z',
    phase,
    elapsedMs: 1,
    totalBytes: 1,
    transferredBytes: 1,
    remainingBytes: 0,
    throughputBytesPerSecond: 1,
    dirtyBytesPerSecond: null,
    expectedDowntimeMs: null,
    downtimeLimitMs: 100,
    throttlePercent: 0,
    passes: [],
  },
})

describe('the deck', () => {
  it('prepares until figures come, and has not begun while it waits in line', () => {
    expect(deckState({ status: 'queued' }, { progress: null })).toEqual({ phase: null, end: 'running' })
    expect(deckState({ status: 'running' }, { progress: null })).toEqual({ phase: 'prepare', end: 'running' })
    expect(deckState({ status: 'cancelling' }, progress('memory'))).toEqual({ phase: 'memory', end: 'running' })
  })

  it('marks where it ended, and as what', () => {
    expect(deckState({ status: 'failed' }, progress('switch-over'))).toEqual({ phase: 'switch-over', end: 'failed' })
    expect(deckState({ status: 'interrupted' }, progress('hand-over')).end).toBe('stopped')
    expect(deckState({ status: 'succeeded' }, progress('memory')).end).toBe('done')
  })

  it('says how old figures are once they are no longer of now', () => {
    const age = (nowMs: number | null, phase: MovePhase = 'memory') =>
      figuresAgeMs({ status: 'running' }, progress(phase), { heardAtMs: 1000, nowMs })
    expect([age(null), age(5000), age(9000), age(9000, 'prepare')]).toEqual([null, null, 8000, null])
    expect(figuresAgeMs({ status: 'failed' }, progress('memory'), { heardAtMs: 0, nowMs: 99_000 })).toBeNull()
  })
})

const disk = movedDiskSchema.parse({
  ...{ volumeId: newUuid(), number: 1, fromPool: 'default', pool: 'default', format: 'qcow2', sizeBytes: 2 ** 30 },
  ...{ base: { kind: 'none' }, needBytes: 1 },
})

describe('the phases', () => {
  const of = (policy: 'post-copy' | 'shortest-pause', kind: 'allow' | 'switch', end: 'running' | 'done') => {
    const action = kind === 'switch' ? { kind } : { kind, downtimeLimitMs: 150 }
    const ladder = { taken: [{ elapsedMs: 1, pass: 2, stalledPasses: 1, passBytes: 1, action }], next: null }
    const figures = progress('memory').progress
    return phasesOf({ policy, disks: [], isOff: false, progress: { ...figures, ladder } }, end)
  }

  it('have the memory that follows while it may come to that, and where it came to that', () => {
    expect(of('post-copy', 'allow', 'running')).toContain('post-copy')
    expect(of('post-copy', 'switch', 'done')).toContain('post-copy')
    expect(of('post-copy', 'allow', 'done')).not.toContain('post-copy')
    expect(of('shortest-pause', 'allow', 'running')).not.toContain('post-copy')
  })

  it('have the disks where some travel', () => {
    expect(of('shortest-pause', 'allow', 'running')).not.toContain('disks')
    const move = { policy: 'shortest-pause', isOff: false, progress: null } as const
    expect(phasesOf({ ...move, disks: [disk] }, 'running')).toContain('disks')
  })

  it('have no memory of a machine that is off', () => {
    const move = { policy: 'post-copy', isOff: true, progress: null } as const
    expect(phasesOf({ ...move, disks: [disk] }, 'running')).toEqual(['prepare', 'disks', 'hand-over', 'clean-up'])
  })
})
