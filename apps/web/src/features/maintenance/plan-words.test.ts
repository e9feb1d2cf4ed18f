import { newUuid, hostIdSchema, vmIdSchema } from '@berth/core/ids/ids'
import type { DrainItemState, PlannedMachine } from '@berth/core/maintenance/drain'
import { describe, expect, it } from 'vitest'
import { choiceOf, choicesFor, doneShare, durationText, planText, refusedText, sumText } from './plan-words.ts'

const known = { vmId: vmIdSchema.parse(newUuid()), name: 'web-1', memoryBytes: 1, vcpus: 1, isOn: true }
const target = { hostId: hostIdSchema.parse(newUuid()), name: 'host-b' }
const moves: PlannedMachine = {
  ...{ ...known, kind: 'moves', order: 1, target, reason: '', warnings: [], copyBytes: 0, durationMs: null },
}
const stuck: PlannedMachine = {
  ...{
    ...known,
    vmId: vmIdSchema.parse(newUuid()),
    kind: 'stuck',
    reason: 'No room.',
    refusals: [],
    canShutdown: true,
  },
}

describe('a plan', () => {
  it('moves what can move and leaves the rest, until somebody says otherwise', () => {
    expect(choiceOf(moves, {})).toBe('move')
    expect(choiceOf(stuck, {})).toBe('skip')
    expect(choiceOf(stuck, { [stuck.vmId]: 'shutdown' })).toBe('shutdown')
    expect(choicesFor(stuck)).toEqual(['shutdown', 'skip'])
    expect(choicesFor({ ...moves, isOn: false })).toEqual(['move', 'skip'])
  })

  it('is told in a sentence', () => {
    const machines = [moves, stuck]
    expect(planText({ machines }, {})).toBe('1 machine moves, 1 stays.')
    expect(planText({ machines }, { [stuck.vmId]: 'shutdown' })).toBe('1 machine moves, 1 is shut down.')
    expect(planText({ machines: [] }, {})).toBe('No machine is on this host.')
    expect(durationText(90_000)).toBe('about 1 min 30 s')
    expect(durationText(null)).toMatch(/^not known/)
  })
})

it('names each machine that does not start again, and why', () => {
  expect(refusedText([])).toBeNull()
  const first = { name: 'web-1', why: 'host-a is offline.' }
  expect(refusedText([first])).toEqual({ title: '1 machine does not start again', text: 'web-1: host-a is offline.' })
  expect(refusedText([first, { name: 'web-2', why: 'It is running.' }])).toEqual({
    title: '2 machines do not start again',
    text: 'web-1: host-a is offline. web-2: It is running.',
  })
})

it('what became of it is counted', () => {
  const items = (['moved', 'left', 'waiting', 'moving'] as const satisfies readonly DrainItemState[]).map((state) => ({
    ...{ vmId: known.vmId, name: 'web-1', choice: 'move' as const, state },
    ...{ target: null, operationId: null, reason: null },
  }))
  expect(sumText({ items })).toBe('1 moved, 1 still here, 1 under way, 1 to go.')
  expect(doneShare({ items })).toBe(0.5)
  expect(doneShare({ items: [] })).toBe(1)
})
