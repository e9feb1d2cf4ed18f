import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { heldVmStates } from '@berth/core/vm/vm-state'
import { admit, requestVerbs } from './request-queue.ts'

const state = fc.constantFrom(...heldVmStates)
const verb = fc.constantFrom(...requestVerbs)
const situation = fc.record({
  ...{ state, hasProcess: fc.boolean(), isGiven: fc.boolean() },
  current: fc.option(verb, { nil: null }),
})

describe('admit', () => {
  it('lets nothing begin beside a request that works', () => {
    fc.assert(
      fc.property(situation, verb, (now, asked) => {
        fc.pre(now.current !== null)
        expect(['run', 'done']).not.toContain(admit(now, asked).kind)
      }),
    )
  })

  it('breaks into a request for Stop alone', () => {
    fc.assert(
      fc.property(situation, verb, (now, asked) => {
        if (admit(now, asked).kind === 'preempt') expect(asked).toBe('stop')
      }),
    )
  })

  it('says why with every refusal', () => {
    fc.assert(
      fc.property(situation, verb, (now, asked) => {
        const answer = admit(now, asked)
        if (answer.kind === 'deny') expect(answer.reason.length).toBeGreaterThan(5)
      }),
    )
  })

  it('never removes a machine whose process lives', () => {
    fc.assert(
      fc.property(state, (now) => {
        const answer = admit({ state: now, hasProcess: true, current: null }, 'undefine')
        expect(answer).toMatchObject({ kind: 'deny', code: 'VM_STATE_CONFLICT' })
      }),
    )
  })

  it('does nothing to a machine that was given to another host but to ask that host', () => {
    fc.assert(
      fc.property(situation, verb, (now, asked) => {
        const answer = admit({ ...now, isGiven: true }, asked)
        if (asked !== 'migrate') expect(answer).toMatchObject({ kind: 'deny', code: 'VM_STATE_CONFLICT' })
      }),
    )
    expect(admit({ state: 'migrating', hasProcess: true, isGiven: true, current: null }, 'migrate').kind).toBe('run')
  })

  it('lets Stop call off a move, and nothing else begin beside it', () => {
    const moving = { state: 'migrating', hasProcess: true, current: 'migrate' } as const
    expect(admit(moving, 'stop')).toEqual({ kind: 'preempt' })
    expect(admit(moving, 'pause')).toMatchObject({ kind: 'deny', code: 'VM_BUSY' })
    expect(admit({ state: 'starting', hasProcess: false, current: null }, 'migrate')).toMatchObject({ kind: 'deny' })
    expect(admit({ state: 'stopped', hasProcess: false, current: null }, 'migrate')).toEqual({ kind: 'run' })
    expect(admit({ state: 'stopped', hasProcess: false, current: 'migrate' }, 'start')).toMatchObject({ kind: 'deny' })
  })

  it('joins what is under way, and finds done what is done', () => {
    expect(admit({ state: 'starting', hasProcess: false, current: 'start' }, 'start')).toEqual({ kind: 'join' })
    expect(admit({ state: 'running', hasProcess: true, current: null }, 'start')).toEqual({ kind: 'done' })
    expect(admit({ state: 'stopped', hasProcess: false, current: null }, 'stop')).toEqual({ kind: 'done' })
    expect(admit({ state: 'crashed', hasProcess: true, current: null }, 'stop')).toEqual({ kind: 'run' })
    expect(admit({ state: 'stopped', hasProcess: false, current: null }, 'reboot')).toEqual({ kind: 'run' })
  })

  it('waits for what is short, and refuses beside what is long', () => {
    expect(admit({ state: 'running', hasProcess: true, current: 'pause' }, 'stop')).toEqual({ kind: 'wait' })
    expect(admit({ state: 'starting', hasProcess: false, current: 'start' }, 'stop')).toEqual({ kind: 'preempt' })
    const answer = admit({ state: 'stopping', hasProcess: true, current: 'shutdown' }, 'pause')
    expect(answer).toMatchObject({ kind: 'deny', code: 'VM_BUSY', reason: 'Busy: shutdown.' })
  })
})
