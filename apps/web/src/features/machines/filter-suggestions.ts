/** What can be typed next into the filter box: the kinds of terms, then the values of the one that was begun. Pure. */
import {
  examples,
  filterNeeds,
  filterStates,
  formatTerm,
  type NumberKey,
  numberKeys,
  tokenPattern,
  type WordKey,
  wordKeys,
} from '@berth/core/vm/vm-filter'

export interface Suggestion {
  /** What takes the place of the last word: the beginning of a term, or a whole one. */
  insert: string
  label: string
  hint: string
  /** Whether it is a whole term, which becomes a chip. */
  isTerm: boolean
}

export type KnownValues = Readonly<Partial<Record<WordKey, readonly string[]>>>

const meanings: Readonly<Record<WordKey | NumberKey, string>> = {
  state: 'what it does now',
  needs: 'what is in trouble, or not as it was asked to be',
  host: 'where it runs',
  tag: 'how it is marked',
  image: 'what it was made from',
  owner: 'whose it is',
  name: 'its whole name, * for anything',
  ip: 'an address it has, IP or MAC',
  vcpu: 'how many processors',
  mem: 'how much memory',
  disk: 'how much disk, all together',
}
const numberExamples: Readonly<Record<NumberKey, readonly string[]>> = {
  vcpu: ['vcpu>=4', 'vcpu=1', 'vcpu<8'],
  mem: ['mem>8G', 'mem>=512M', 'mem<2G'],
  disk: ['disk>100G', 'disk<=20G', 'disk>=1T'],
}
const shownCount = 10

/** The word at the end of the draft, which the suggestions complete; quotes keep words together. */
export function lastWord(draft: string): string {
  const last = [...draft.matchAll(tokenPattern)].at(-1)
  return last && last.index + last[0].length === draft.length ? last[0] : ''
}

export function suggestionsFor(draft: string, known: KnownValues): readonly Suggestion[] {
  const word = lastWord(draft)
  const [, minus = '', begun = '', sign] = /^(-?)([a-z]*)([:=<>].*)?$/is.exec(word) ?? []
  const key = [...wordKeys, ...numberKeys].find((name) => name === begun.toLowerCase())
  if (sign !== undefined) return key === undefined ? [] : valuesOf(key, minus, { typed: sign.slice(1), known })
  if (/[^a-z-]/i.test(word)) return []
  return [...wordKeys, ...numberKeys]
    .filter((name) => name.startsWith(begun.toLowerCase()))
    .map((name) => startOf(name, minus))
}

function startOf(key: WordKey | NumberKey, minus: string): Suggestion {
  const isNumber = numberKeys.some((name) => name === key)
  const example = `${key}${isNumber ? '' : ':'}${examples[key]}`
  return {
    insert: `${minus}${key}${isNumber ? '' : ':'}`,
    label: `${minus}${example}`,
    hint: meanings[key],
    isTerm: false,
  }
}

function valuesOf(
  key: WordKey | NumberKey,
  minus: string,
  { typed, known }: { typed: string; known: KnownValues },
): Suggestion[] {
  const number = numberKeys.find((name) => name === key)
  if (number) {
    return numberExamples[number].map((term) => ({
      insert: minus + term,
      label: minus + term,
      hint: meanings[number],
      isTerm: true,
    }))
  }
  const word = wordKeys.find((name) => name === key) ?? 'name'
  const part = typed.replaceAll('"', '').toLowerCase()
  const fixed = { state: filterStates, needs: filterNeeds }
  const values = word === 'state' || word === 'needs' ? fixed[word] : (known[word] ?? [])
  return values
    .filter((value) => value.toLowerCase().includes(part))
    .toSorted((a, b) => Number(b.toLowerCase().startsWith(part)) - Number(a.toLowerCase().startsWith(part)))
    .slice(0, shownCount)
    .map((value) => {
      const term = formatTerm({ kind: 'word', key: word, value, isNot: minus !== '' })
      return { insert: term, label: term, hint: '', isTerm: true }
    })
}

/** The draft with its last word replaced. */
export const withSuggestion = (draft: string, { insert, isTerm }: Suggestion): string =>
  `${draft.slice(0, draft.length - lastWord(draft).length)}${insert}${isTerm ? ' ' : ''}`
