import { movePolicySchema } from '@berth/core/migration/move-policy'
import type { MoveLadderProgress } from '@berth/core/migration/move-progress'
import { describe, expect, it } from 'vitest'
import { ladderLine, nextStepText, policyWords } from './policy-words.ts'

describe('a policy', () => {
  it('says what it does with the ladder’s own numbers', () => {
    expect(policyWords('shortest-pause').steps).toMatch(/at most 100 ms, up to 500 ms if it must/)
    expect(policyWords('pause-if-needed').steps).toMatch(/at most 100 ms, up to 500 ms if it must, and 5 s as the last/)
    expect(policyWords('very-large').steps).toMatch(/at most 300 ms, in steps up to 5 s/)
    expect(policyWords('slow-down').steps).toMatch(/by 30, 60, 85 and at last 99 %.*at most 500 ms/)
    expect(policyWords('post-copy').steps).toMatch(/at most 100 ms, up to 200 ms.*its memory follows/)
  })

  it('names the loss that is possible before there is no way back', () => {
    expect(policyWords('post-copy').notice).toMatch(/one that dies takes the machine’s memory with it/)
  })
})

describe('the next step', () => {
  const text = (next: MoveLadderProgress['next']) =>
    nextStepText('post-copy', { downtimeLimitMs: 100, ladder: { taken: [], next } })

  it('is what the agent says, with its condition', () => {
    expect(text({ action: { kind: 'allow', downtimeLimitMs: 150 }, passesLeft: 1 })).toBe(
      'Next, after one more pass that gets no smaller: a pause of up to 150 ms is allowed.',
    )
    expect(text({ action: { kind: 'slow', throttlePercent: 30 }, passesLeft: 2 })).toBe(
      'Next, after 2 more passes that get no smaller: the guest is slowed down by up to 30 %.',
    )
    expect(text({ action: { kind: 'switch' }, passesLeft: 3 })).toMatch(/switched over at once, and its memory follows/)
    expect(text({ action: { kind: 'give-up' }, passesLeft: 3 })).toMatch(/given up, and the machine stays/)
    expect(text(null)).toBeNull()
  })

  it('is read from the limit where an older agent tells no more', () => {
    const old = (downtimeLimitMs: number) => nextStepText('shortest-pause', { downtimeLimitMs })
    expect(old(100)).toMatch(/one more pass.*up to 150 ms/)
    expect(old(150)).toMatch(/2 more passes.*up to 200 ms/)
    expect(old(500)).toMatch(/6 more passes.*given up/)
    for (const policy of movePolicySchema.options)
      expect(nextStepText(policy, { downtimeLimitMs: 5000 })).toMatch(/given up/)
  })
})

it('a step that was taken says what was done and why', () => {
  const step = { elapsedMs: 9_000, pass: 4, stalledPasses: 2, passBytes: 32 * 2 ** 20 }
  expect(ladderLine({ ...step, action: { kind: 'allow', downtimeLimitMs: 200 } })).toEqual({
    what: 'A pause of up to 200 ms allowed',
    why: 'pass 4 had 32 MiB to send: 2 passes in a row no smaller',
  })
  expect(ladderLine({ ...step, action: { kind: 'slow', throttlePercent: 60 } }).what).toBe(
    'Guest slowed down by up to 60 %',
  )
  expect(ladderLine({ ...step, action: { kind: 'switch' } }).what).toMatch(/Switched over early/)
})
