/** What a drain does next: pure, by example. */
import { describe, expect, it } from 'vitest'
import { hostIdSchema, newUuid, vmIdSchema } from '@berth/core/ids/ids'
import type { MovePlan } from '@berth/core/maintenance/drain'
import { memoryItem } from '../workflows/testing/memory-drains.ts'
import { leftText, nextOf, progressText, refused, settle, type DrainItem } from './drain-state.ts'

const target = { hostId: hostIdSchema.parse(newUuid()), name: 'host-b' }
const childId = newUuid()

const planOf = (items: readonly DrainItem[], stuck: readonly string[] = []): MovePlan => ({
  machines: items.map(({ vmId, name }, index) => {
    const known = { vmId: vmIdSchema.parse(vmId), name, memoryBytes: 1, vcpus: 1, isOn: true }
    return stuck.includes(name)
      ? { ...known, kind: 'stuck', reason: 'host-b: no room.', refusals: [], canShutdown: true }
      : {
          ...{ ...known, kind: 'moves', order: index + 1, target },
          ...{ reason: '', warnings: [], copyBytes: 0, durationMs: null },
        }
  }),
  hosts: [],
  durationMs: null,
})

const stateOf = (items: readonly DrainItem[], isPaused = false) => ({
  hostId: 'a',
  hostName: 'host-a',
  isPaused,
  items,
})
const next = (items: readonly DrainItem[], stuck: readonly string[] = [], isPaused = false) =>
  nextOf(stateOf(items, isPaused), planOf(items, stuck)).map(({ name, state, reason }) => [name, state, reason])

describe('the next machines', () => {
  it('are as many as may leave a host at once', () => {
    const items = ['a', 'b', 'c'].map((name) => memoryItem(name))
    expect(next(items)).toEqual([
      ['a', 'moving', null],
      ['b', 'moving', null],
    ])
    expect(next([memoryItem('a', { state: 'moving', target }), ...items.slice(1)])).toEqual([['b', 'moving', null]])
  })

  it('are none while it is paused, and what was left out is told all the same', () => {
    const items = [memoryItem('a'), memoryItem('b', { choice: 'skip' })]
    expect(next(items, [], true)).toEqual([['b', 'left', 'Left out, as was chosen.']])
  })

  it('go around one that cannot move, which is given up only when nothing else can change that', () => {
    const items = [memoryItem('a'), memoryItem('b')]
    expect(next(items, ['a'])).toEqual([['b', 'moving', null]])
    expect(next([memoryItem('a'), memoryItem('b', { state: 'moving', target })], ['a'])).toEqual([])
    expect(next([memoryItem('a'), memoryItem('b', { state: 'moved' })], ['a'])).toEqual([
      ['a', 'left', 'host-b: no room.'],
    ])
  })

  it('are asked for first where none was refused, and a busy one is given up in the end', () => {
    const busy = { reason: 'Busy: Start a.', childId: null }
    expect(next([memoryItem('a', busy), memoryItem('b'), memoryItem('c')]).map(([name]) => name)).toEqual(['b', 'c'])
    expect(next([memoryItem('a', { ...busy, ageMs: 11 * 60_000 })])).toEqual([['a', 'left', 'Busy: Start a.']])
  })

  it('shut down beside the moves where that was chosen', () => {
    expect(next([memoryItem('a', { choice: 'shutdown' })])).toEqual([['a', 'stopping', null]])
  })
})

describe('a task that ended', () => {
  const moving = memoryItem('a', { state: 'moving', target, childId, tries: 1 })

  it('leaves its machine moved, shut down, or in the line again without that host', () => {
    expect(settle(moving, { status: 'running', message: null })).toBe(moving)
    expect(settle(moving, { status: 'succeeded', message: null })).toMatchObject({ state: 'moved', target })
    expect(settle({ ...moving, state: 'stopping' }, { status: 'succeeded', message: null }).state).toBe('shutDown')
    expect(settle(moving, { status: 'failed', message: 'The target died.' })).toMatchObject({
      ...{ state: 'waiting', triedHostIds: [target.hostId], reason: 'The target died.' },
    })
  })

  it('is not tried for ever, nor when nobody knows how it ended or somebody cancelled it', () => {
    expect(settle({ ...moving, tries: 3 }, { status: 'failed', message: 'No.' })).toMatchObject({
      ...{ state: 'left', reason: '3 moves failed; the last one: No.' },
    })
    expect(settle(moving, { status: 'interrupted', message: 'Lost.' }).state).toBe('left')
    expect(settle(moving, { status: 'cancelled', message: null }).state).toBe('left')
  })

  it('could not be asked for: later again while the machine is busy, elsewhere where the host refused', () => {
    const begun = { ...moving, childId: null }
    expect(refused(begun, { message: 'Busy.', isPassing: true })).toMatchObject({
      state: 'waiting',
      tries: 0,
      triedHostIds: [],
    })
    expect(refused(begun, { message: 'Full.', isPassing: false })).toMatchObject({
      state: 'waiting',
      triedHostIds: [target.hostId],
    })
  })
})

it('is summed up by who stayed and why', () => {
  const items = [
    memoryItem('a', { state: 'moved' }),
    memoryItem('b', { state: 'left', reason: 'host-b: no room.' }),
    memoryItem('c', { state: 'left', choice: 'skip' }),
  ]
  expect(leftText(stateOf(items))).toBe('1 of 3 machines are still on host-a. b: host-b: no room.')
  expect(leftText(stateOf(items.slice(0, 1)))).toBeNull()
  expect(progressText(stateOf(items, true))).toBe('1 of 3 moved, 2 left, paused')
})
