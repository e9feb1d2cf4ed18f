import { type MovePhase, movePhases, type MoveProgress } from '@berth/core/migration/move-progress'
import { vmStateSchema } from '@berth/core/vm/vm-state'
import { operationStatuses } from '@berth/core/operation/operation'
import { hostIdSchema, newUuid } from '@berth/core/ids/ids'
import { describe, expect, it } from 'vitest'
import { cancelMoveText, deckTitle, paceText, phaseText, whereText } from './move-words.ts'

const at = (name: string) => ({ hostId: hostIdSchema.parse(newUuid()), name })
const ends = { source: at('host-a'), target: at('host-b'), isOff: false }

describe('the pace', () => {
  const pace = (dirty: number | null, throttlePercent = 0) =>
    paceText({ dirtyBytesPerSecond: dirty, throughputBytesPerSecond: 100, throttlePercent })

  it('compares what is written with what is sent', () => {
    expect(pace(null)).toMatch(/first pass sends all/)
    expect(pace(10)).toMatch(/passes get smaller\.$/)
    expect(pace(90)).toMatch(/hardly/)
    expect(pace(100)).toMatch(/get no smaller by themselves\.$/)
  })

  it('says when the guest is slowed down', () => {
    expect(pace(120, 40)).toMatch(/by themselves\. QEMU slows its processors down by 40 % meanwhile\.$/)
  })
})

const passTwo = (bytes: number, remainingBytes: number) => ({
  at: '2026-11-23T04:00:00.000Z',
  phase: 'memory' as const,
  elapsedMs: 1,
  totalBytes: 100,
  transferredBytes: bytes,
  remainingBytes,
  throughputBytesPerSecond: 1,
  dirtyBytesPerSecond: null,
  expectedDowntimeMs: null,
  downtimeLimitMs: 100,
  throttlePercent: 0,
  passes: [{ number: 2, bytes, ms: 1 }],
})

describe('a phase', () => {
  const text = (figures: MoveProgress | null, phase: MovePhase = 'memory') =>
    phaseText(phase, { ...ends, progress: figures })

  it('says which pass it is and how far', () => {
    expect(text(passTwo(399, 600))).toBe('Pass 2, 39 %: memory goes to host-b while the machine runs on host-a.')
    expect(text(passTwo(0, 0))).toMatch(/^Pass 2: memory/)
    expect(text(null)).toMatch(/^Memory goes/)
  })

  it('says of each where the machine is', () => {
    for (const phase of movePhases) expect(text(null, phase)).toMatch(/host-[ab]/)
  })

  it('says of none that is off that it runs', () => {
    const off = { ...ends, isOff: true, progress: null }
    for (const phase of ['prepare', 'disks', 'hand-over', 'clean-up'] as const)
      expect(phaseText(phase, off)).not.toMatch(/runs|QEMU/)
    expect(cancelMoveText('web-1', off)).toMatch(/^web-1 stays on host-a\. What host-b/)
  })
})

describe('the end', () => {
  it('says where the machine is in every state', () => {
    const vm = { name: 'web-1', host: ends.source, lastKnownState: 'running' } as const
    expect(whereText({ ...vm, state: 'running' })).toBe('web-1 runs on host-a.')
    expect(whereText({ ...vm, state: 'unknown' })).toBe(
      'host-a does not answer. web-1 was running there when last heard.',
    )
    expect(whereText({ ...vm, state: 'unknown', host: null })).toMatch(/^Its host does not answer/)
    for (const state of vmStateSchema.options) expect(whereText({ ...vm, state })).toMatch(/web-1 .*\.$/)
  })

  it('is told apart: failed, cancelled and interrupted are three things', () => {
    const titles = operationStatuses.map((status) => deckTitle('web-1', ends, { status }))
    expect(new Set(titles).size).toBe(operationStatuses.length)
    expect(deckTitle('web-1', ends, { status: 'interrupted' })).toBe('Nobody saw how the move to host-b ended')
  })

  it('of a cancel leaves the machine where it is', () => {
    const of = (figures: MoveProgress | null) => cancelMoveText('web-1', { ...ends, progress: figures })
    expect(of(null)).toMatch(/^web-1 stays on host-a and goes on there without a break\./)
    const postCopy = { link: 'up', recoveries: 0, pageRequests: 3, trouble: null } as const
    const ahead = { ...passTwo(1, 1), phase: 'post-copy' as const, postCopy }
    expect(of(ahead)).toMatch(/belongs to host-b by now and stays there/)
    expect(of({ ...ahead, postCopy: { ...postCopy, link: 'lost' } })).toMatch(/is given up: it has to be stopped/)
  })

  it('says when memory was lost, which nobody need guess', () => {
    const error = { code: 'OPERATION_INTERRUPTED', message: '', details: {} } as const
    const cause = { code: 'MOVE_MEMORY_LOST', message: '', details: {} } as const
    expect(deckTitle('web-1', ends, { status: 'interrupted', error })).toMatch(/^Nobody saw/)
    expect(deckTitle('web-1', ends, { status: 'interrupted', error: { ...error, cause } })).toMatch(/lost memory/)
  })
})
