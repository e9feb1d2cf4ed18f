import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { heldVmStates, type HeldVmState } from './vm-state.ts'
import { nextVmState, type VmHappening } from './vm-transitions.ts'

const happenings: readonly VmHappening[] = [
  { kind: 'startAsked' },
  { kind: 'startFailed' },
  { kind: 'cpusRan' },
  { kind: 'cpusPaused' },
  { kind: 'shutdownAsked' },
  { kind: 'shutdownGivenUp' },
  { kind: 'guestPanicked' },
  { kind: 'wasReset' },
  { kind: 'moveAsked' },
  { kind: 'processEnded', wasExpected: true },
  { kind: 'processEnded', wasExpected: false },
]

const follow = (state: HeldVmState, story: readonly VmHappening[]): HeldVmState =>
  story.reduce((now, happening) => nextVmState(now, happening) ?? now, state)

describe('nextVmState', () => {
  it('tells the life of a machine', () => {
    expect(follow('stopped', [{ kind: 'startAsked' }, { kind: 'cpusRan' }])).toBe('running')
    expect(follow('running', [{ kind: 'cpusPaused' }, { kind: 'cpusRan' }, { kind: 'shutdownAsked' }])).toBe('stopping')
    expect(follow('stopping', [{ kind: 'processEnded', wasExpected: false }])).toBe('stopped')
    expect(follow('running', [{ kind: 'processEnded', wasExpected: false }])).toBe('crashed')
    expect(follow('running', [{ kind: 'guestPanicked' }, { kind: 'processEnded', wasExpected: true }])).toBe('crashed')
    expect(follow('stopping', [{ kind: 'shutdownGivenUp' }])).toBe('running')
    expect(follow('running', [{ kind: 'moveAsked' }])).toBe('migrating')
    expect(follow('paused', [{ kind: 'moveAsked' }, { kind: 'cpusPaused' }])).toBe('paused')
    expect(follow('running', [{ kind: 'moveAsked' }, { kind: 'shutdownAsked' }])).toBe('stopping')
    expect(follow('migrating', [{ kind: 'processEnded', wasExpected: false }])).toBe('crashed')
  })

  it('never says that a state follows itself, and never leaves the known states', () => {
    fc.assert(
      fc.property(fc.constantFrom(...heldVmStates), fc.constantFrom(...happenings), (state, happening) => {
        const next = nextVmState(state, happening)
        if (next === undefined) return
        expect(next).not.toBe(state)
        expect(heldVmStates).toContain(next)
      }),
    )
  })

  it('has no machine that is on after its process ended, whatever came before', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...happenings)), fc.boolean(), (story, wasExpected) => {
        const before = follow('stopped', story)
        expect(['stopped', 'crashed']).toContain(follow(before, [{ kind: 'processEnded', wasExpected }]))
      }),
    )
  })

  it('lets every state be left', () => {
    for (const state of heldVmStates) expect(happenings.some((happening) => nextVmState(state, happening))).toBe(true)
  })
})
