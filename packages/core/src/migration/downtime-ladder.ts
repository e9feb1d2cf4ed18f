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
  /** When a pass was last looked at, since the move began. */
  readonly weighedAtMs: number
}

/** A pass as it begins. */
export interface PassBegun {
  /** What it has to send. */
  readonly dirtyBytes: number
  /** Since the move began. */
  readonly elapsedMs: number
}

export type LadderAdvice = { readonly kind: 'go-on' } | LadderAction | { readonly kind: 'give-up' }

export const footOfLadder: LadderPlace = { climbed: 0, stalled: 0, smallestBytes: null, weighedAtMs: 0 }

export interface NextRung {
  readonly action: LadderAction | { readonly kind: 'give-up' }
  /** So many more passes that get no smaller lead there. */
  readonly passesLeft: number
}

/**
 * Once a pass leaves little over, QEMU counts a new one each 50 to 100 ms, in which it has sent a few MB: whether those get smaller
 * is chance. Passes that begin sooner after one that was looked at are not looked at.
 */
const lookMs = 500

/**
 * The first pass is the whole memory and only sets the mark. Above
 * the last rung as many stalled passes as led up to it are waited for once more, then there is nothing left to allow.
 */
export function afterPass(
  ladder: MoveLadder,
  place: LadderPlace,
  { dirtyBytes, elapsedMs }: PassBegun,
): { readonly place: LadderPlace; readonly advice: LadderAdvice } {
  const { climbed, smallestBytes } = place
  if (smallestBytes !== null && elapsedMs - place.weighedAtMs < lookMs) return { place, advice: { kind: 'go-on' } }
  const seen = { ...place, weighedAtMs: elapsedMs }
  if (smallestBytes === null || dirtyBytes < smallestBytes)
    return { place: { ...seen, smallestBytes: dirtyBytes }, advice: { kind: 'go-on' } }
  const stalled = place.stalled + 1
  const { stalledPasses, action } = rungAbove(ladder, climbed)
  if (stalled < stalledPasses) return { place: { ...seen, stalled }, advice: { kind: 'go-on' } }
  if (action.kind === 'give-up') return { place: { ...seen, stalled }, advice: action }
  return { place: { ...seen, climbed: climbed + 1, stalled: 0 }, advice: action }
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
