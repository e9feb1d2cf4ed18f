import { moveLadders, movePolicySchema, policyFor, policyMay, type LadderAction } from './move-policy.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  afterPass,
  footOfLadder,
  nextRung,
  type LadderAdvice,
  type LadderPlace,
  type NextRung,
} from './downtime-ladder.ts'

interface Climbed {
  readonly advice: LadderAdvice
  /** As it was told before the pass. */
  readonly told: NextRung
}

/** `passMs`: how long each takes. */
function climb(policy: keyof typeof moveLadders, passes: readonly number[], passMs = 1_000): Climbed[] {
  let place: LadderPlace = footOfLadder
  return passes.map((dirtyBytes, index) => {
    const told = nextRung(moveLadders[policy], place)
    const step = afterPass(moveLadders[policy], place, { dirtyBytes, elapsedMs: index * passMs })
    place = step.place
    return { advice: step.advice, told }
  })
}
const adviceOf = (policy: keyof typeof moveLadders, passes: readonly number[]): LadderAdvice[] =>
  climb(policy, passes).map(({ advice }) => advice)
const allowed = (advice: readonly LadderAdvice[]): number[] =>
  advice.flatMap((one) => (one.kind === 'allow' ? [one.downtimeLimitMs] : []))
const slowed = (advice: readonly LadderAdvice[]): number[] =>
  advice.flatMap((one) => (one.kind === 'slow' ? [one.throttlePercent] : []))
const stalling = (count: number): number[] => new Array<number>(count).fill(1_000)

describe('the ladder of a move', () => {
  it('does nothing while passes get smaller', () => {
    expect(new Set(adviceOf('shortest-pause', [1_000, 500, 200, 90, 10]).map(({ kind }) => kind))).toEqual(
      new Set(['go-on']),
    )
  })

  it('climbs one rung after one stalled pass, the next after two more, and gives up above the last', () => {
    const advice = adviceOf('shortest-pause', stalling(25))
    expect(advice.map(({ kind }) => kind).indexOf('allow')).toBe(1)
    expect(allowed(advice)).toEqual([150, 200, 300, 400, 500])
    // 1 + 2 + 3 + 4 + 6 stalled passes lead up, and 6 more are waited for at the top.
    expect(advice.findIndex(({ kind }) => kind === 'give-up')).toBe(22)
  })

  it('takes no notice of which of many quick passes is smaller, only of what comes of them in half a second', () => {
    const jitter = (bytes: number): number[] => [bytes, bytes + 30, bytes - 20, bytes + 10, bytes + 20]
    const advice = climb('very-large', [1_000, 900, 800, 700, 600].flatMap(jitter), 100)
    expect(new Set(advice.map(({ advice: { kind } }) => kind))).toEqual(new Set(['go-on']))
    const stuck = climb('very-large', stalling(25), 100)
    expect(allowed(stuck.map((one) => one.advice))).toEqual([500, 800])
  })

  it('goes as far as the policy says', () => {
    expect(allowed(adviceOf('pause-if-needed', stalling(30))).at(-1)).toBe(5_000)
    expect(allowed(adviceOf('very-large', stalling(30)))).toEqual([500, 800, 1_000, 1_500, 5_000])
  })

  it('slows the guest down step by step, and never before a longer pause was tried', () => {
    const advice = adviceOf('slow-down', stalling(30))
    expect(slowed(advice)).toEqual([30, 60, 85, 99])
    expect(advice.findIndex(({ kind }) => kind === 'slow')).toBeGreaterThan(
      advice.findIndex(({ kind }) => kind === 'allow'),
    )
    expect(allowed(advice).at(-1)).toBe(500)
  })

  it('switches early after the third pause was tried, once', () => {
    const advice = adviceOf('post-copy', stalling(7))
    expect(advice.map(({ kind }) => kind)).toEqual(['go-on', 'allow', 'go-on', 'allow', 'go-on', 'go-on', 'switch'])
  })

  it('says which policies come to what, for both sides to be set up before', () => {
    const who = (kind: LadderAction['kind']) => movePolicySchema.options.filter((policy) => policyMay(policy, kind))
    expect(who('slow')).toEqual(['slow-down'])
    expect(who('switch')).toEqual(['post-copy'])
    expect(who('allow')).toEqual(movePolicySchema.options)
  })

  it('is the one of the machine where none is chosen, unless disks that travel forbid that', () => {
    const movePolicy = 'post-copy'
    expect(policyFor({ movePolicy }, { chosen: undefined, hasFreight: false })).toBe('post-copy')
    expect(policyFor({ movePolicy }, { chosen: undefined, hasFreight: true })).toBe('pause-if-needed')
    expect(policyFor({ movePolicy }, { chosen: 'slow-down', hasFreight: true })).toBe('slow-down')
    expect(policyFor({ movePolicy: 'very-large' }, { chosen: undefined, hasFreight: true })).toBe('very-large')
  })

  const sizes = fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 60 })
  const anyPolicy = fc.constantFrom(...movePolicySchema.options)

  it('never allows or takes less than before, and does nothing while the smallest pass still gets smaller', () => {
    fc.assert(
      fc.property(anyPolicy, sizes, (policy, passes) => {
        const advice = adviceOf(policy, passes)
        for (const figures of [allowed(advice), slowed(advice)])
          expect(figures).toEqual(figures.toSorted((a, b) => a - b))
        let smallest = Infinity
        passes.forEach((bytes, index) => {
          if (bytes < smallest) expect(advice[index]?.kind).toBe('go-on')
          smallest = Math.min(smallest, bytes)
        })
      }),
    )
  })

  it('does next what it said that it would do next, and only when it said so', () => {
    fc.assert(
      fc.property(anyPolicy, sizes, (policy, passes) => {
        for (const { advice, told } of climb(policy, passes)) {
          expect(told.passesLeft).toBeGreaterThan(0)
          if (advice.kind !== 'go-on')
            expect({ advice, passesLeft: told.passesLeft }).toEqual({ advice: told.action, passesLeft: 1 })
        }
      }),
    )
  })
})
