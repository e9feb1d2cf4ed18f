/**
 * What a move may do to the guest to end: climbs the policy's ladder on passes that did not get smaller. Pure; QEMU's
 * figures come in, what to do goes out. The agent climbs it while it sends, the forecast beforehand.
 */
import type { LadderAction, MoveLadder, Rung } from './move-policy.ts'

export interface LadderPlace {
  /** How many rungs were climbed. */
  readonly climbed: number
  /** Passes without getting smaller since then. */
  readonly stalled: number
  /** The least that any pass had to send; null before there was one. */
  readonly smallestBytes: number | null
}

export type LadderAdvice = { readonly kind: 'go-on' } | LadderAction | { readonly kind: 'give-up' }

export const footOfLadder: LadderPlace = { climbed: 0, stalled: 0, smallestBytes: null }

export interface NextRung {
  readonly action: LadderAction | { readonly kind: 'give-up' }
  /** So many more passes that get no smaller lead there. */
  readonly passesLeft: number
}

/**
 * `dirtyBytes` is what a pass has to send when it begins. The first pass is the whole memory and only sets the mark. Above
 * the last rung as many stalled passes as led up to it are waited for once more, then there is nothing left to allow.
 */
export function afterPass(
  ladder: MoveLadder,
  place: LadderPlace,
  dirtyBytes: number,
): { readonly place: LadderPlace; readonly advice: LadderAdvice } {
  const { climbed, smallestBytes } = place
  if (smallestBytes === null || dirtyBytes < smallestBytes)
    return { place: { ...place, smallestBytes: dirtyBytes }, advice: { kind: 'go-on' } }
  const stalled = place.stalled + 1
  const { stalledPasses, action } = rungAbove(ladder, climbed)
  if (stalled < stalledPasses) return { place: { ...place, stalled }, advice: { kind: 'go-on' } }
  if (action.kind === 'give-up') return { place: { ...place, stalled }, advice: action }
  return { place: { ...place, climbed: climbed + 1, stalled: 0 }, advice: action }
}

/** What comes next, and after how many more passes that get no smaller. */
export function nextRung(ladder: MoveLadder, { climbed, stalled }: LadderPlace): NextRung {
  const { stalledPasses, action } = rungAbove(ladder, climbed)
  return { action, passesLeft: Math.max(1, stalledPasses - stalled) }
}

function rungAbove(ladder: MoveLadder, climbed: number): Rung | { stalledPasses: number; action: { kind: 'give-up' } } {
  const patience = ladder.rungs.at(-1)?.stalledPasses ?? 1
  return ladder.rungs[climbed] ?? { stalledPasses: patience, action: { kind: 'give-up' } }
}
