/**
 * What the filter box makes of what is being typed. Free text filters while it is typed; a term becomes a chip when it is
 * finished, by the space or Enter after it; one that cannot be read stays where it is, with the reason. Pure.
 */
import {
  type FilterProblem,
  type FilterTerm,
  formatWord,
  isSameTerm,
  parseVmFilter,
  type VmFilter,
} from '@berth/core/vm/vm-filter'

export interface BoxState {
  filter: VmFilter
  problems: readonly FilterProblem[]
}

export interface ReadDraft extends BoxState {
  /** What stays in the box: the text, and what has to be mended. */
  draft: string
}

/** `isFinished`: also the last word is complete. Terms of the draft come to those that are chips already. */
export function readDraft(draft: string, chips: readonly FilterTerm[], isFinished: boolean): ReadDraft {
  const parsed = parseVmFilter(draft)
  if (!isFinished && !endsTerm(draft)) {
    return { filter: { words: parsed.filter.words, terms: chips }, problems: [], draft }
  }
  const terms = parsed.filter.terms.reduce(addTerm, chips)
  const { problems } = parsed
  const rest = draftOf({ filter: parsed.filter, problems })
  return {
    filter: { words: parsed.filter.words, terms },
    problems,
    draft: isFinished || rest === '' ? rest : `${rest} `,
  }
}

/** Text and unreadable terms, as the box shows them beside its chips. */
export const draftOf = ({ filter, problems }: BoxState): string =>
  [...filter.words.map(formatWord), ...problems.map(({ source }) => source)].join(' ')

/** A space after a term, and not inside its quotes. */
function endsTerm(draft: string): boolean {
  if (!/\s$/.test(draft) || isInQuotes(draft)) return false
  const { filter, problems } = parseVmFilter(draft)
  return filter.terms.length > 0 || problems.length > 0
}

const isInQuotes = (draft: string): boolean => (draft.replace(/\\./gs, '').match(/"/g)?.length ?? 0) % 2 === 1

export const addTerm = (terms: readonly FilterTerm[], term: FilterTerm): readonly FilterTerm[] =>
  terms.some((other) => isSameTerm(other, term)) ? terms : [...terms, term]

/** With the term, or without it where it was. */
export const toggleTerm = (terms: readonly FilterTerm[], term: FilterTerm): readonly FilterTerm[] => {
  const without = terms.filter((other) => !isSameTerm(other, term))
  return without.length < terms.length ? without : [...terms, term]
}
