/**
 * What a rule about hosts is. A rule looks at one thing, and answers with a fragment of a sentence and its numbers, "it has no
 * UEFI firmware", from which a refusal, a trace and a dialog make theirs.
 */
import type { FitnessReason } from '@berth/core/migration/move-fitness'
import type { CandidateHost } from './candidate-host.ts'

export interface Judgement {
  readonly verdict: FitnessReason['verdict']
  /** Lower case at its beginning, no full stop at its end. */
  readonly says: string
}

export interface HostRule<Wish> {
  /** Stable: tests and whoever asks "why not host C" know the rule by it. */
  readonly name: string
  /** Empty where the rule has nothing to say of this host. */
  readonly judge: (wish: Wish, host: CandidateHost) => readonly Judgement[]
}

export const can = (says: string): readonly Judgement[] => [{ verdict: 'can', says }]
export const warns = (says: string): readonly Judgement[] => [{ verdict: 'warning', says }]
export const cannot = (says: string): readonly Judgement[] => [{ verdict: 'cannot', says }]

export const sentenceOf = (fragment: string): string => `${fragment.charAt(0).toUpperCase()}${fragment.slice(1)}.`

/** What is joined with "and", in the order given. */
export const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`
