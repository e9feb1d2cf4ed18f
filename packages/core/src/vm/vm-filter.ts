/**
 * The words of the machine list's filter box: free text beside `state:running host:b -tag:prod mem>8G`. The text form is
 * what people type, what lies in the URL, what is saved, and what `vm.list` takes as `filter.query`; both sides read it
 * here. A value with spaces stands in quotes; `*` stands for anything; `-` before a term turns it round. Pure, no parser
 * library: the browser loads it with the list.
 *
 * Terms of one kind widen each other (`state:running state:paused`), but tags and addresses, of which a machine has
 * several, must all be there; everything else narrows.
 */
import { formatSize, parseSize } from './filter-size.ts'
import type { VmState } from './vm-state.ts'

export const filterStates = [
  'running',
  'stopped',
  'paused',
  'starting',
  'stopping',
  'crashed',
  'migrating',
  'creating',
  'deleting',
  'unknown',
] as const satisfies readonly VmState[]

/** What a machine can need; the rule is vm-attention.ts. */
export const filterNeeds = ['attention'] as const

export const wordKeys = ['state', 'needs', 'host', 'tag', 'image', 'owner', 'name', 'ip'] as const
export type WordKey = (typeof wordKeys)[number]
export const numberKeys = ['vcpu', 'mem', 'disk'] as const
export type NumberKey = (typeof numberKeys)[number]
export const comparisons = ['>=', '<=', '>', '<', '='] as const
export type Comparison = (typeof comparisons)[number]

export interface WordTerm {
  readonly kind: 'word'
  readonly key: WordKey
  readonly value: string
  readonly isNot: boolean
}

/** `value`: bytes of mem and disk, else a count. */
export interface NumberTerm {
  readonly kind: 'number'
  readonly key: NumberKey
  readonly comparison: Comparison
  readonly value: number
  readonly isNot: boolean
}

export type FilterTerm = WordTerm | NumberTerm

export interface VmFilter {
  /** Each must be found somewhere in the machine's name, description, tags, addresses or host's name. */
  readonly words: readonly string[]
  readonly terms: readonly FilterTerm[]
}

/** Something that was meant as a term and cannot be one. */
export interface FilterProblem {
  /** As it was typed. */
  readonly source: string
  readonly sentence: string
}

export interface ParsedFilter {
  readonly filter: VmFilter
  readonly problems: readonly FilterProblem[]
}

export const emptyFilter: VmFilter = { words: [], terms: [] }

/** What stands between spaces, where quotes keep spaces; an open quote goes on to the end. */
export const tokenPattern = /(?:"(?:\\.|[^"\\])*"?|[^\s"])+/gs
const headPattern = /^(-?)([a-z]+)(>=|<=|[:=<>])/i
const aliases: Readonly<Record<string, WordKey | NumberKey>> = {
  cpu: 'vcpu',
  cpus: 'vcpu',
  vcpus: 'vcpu',
  memory: 'mem',
  ram: 'mem',
  address: 'ip',
}

/** What is no term is text; what looks like one and is none is a problem, and filters nothing. Each thing counts once. */
export function parseVmFilter(source: string): ParsedFilter {
  const words: string[] = []
  const terms: FilterTerm[] = []
  const problems: FilterProblem[] = []
  for (const [token] of source.matchAll(tokenPattern)) {
    const read = readToken(token)
    if (typeof read === 'string') {
      if (read !== '' && !words.includes(read)) words.push(read)
    } else if ('sentence' in read) problems.push(read)
    else if (!terms.some((other) => isSameTerm(other, read))) terms.push(read)
  }
  return { filter: { words, terms }, problems }
}

/** The text that parses to this filter; terms first. */
export const formatVmFilter = ({ words, terms }: VmFilter): string =>
  [...terms.map(formatTerm), ...words.map(formatWord)].join(' ')

export function formatTerm(term: FilterTerm): string {
  const not = term.isNot ? '-' : ''
  if (term.kind === 'word') return `${not}${term.key}:${/^[^\s"]+$/.test(term.value) ? term.value : quoted(term.value)}`
  const value = term.key === 'vcpu' ? String(term.value) : formatSize(term.value)
  return `${not}${term.key}${term.comparison}${value}`
}

/** In quotes where it would be read as something else than itself. */
export const formatWord = (word: string): string =>
  readToken(word) === word && /^[^\s"]+$/.test(word) ? word : quoted(word)

export const isSameTerm = (a: FilterTerm, b: FilterTerm): boolean => formatTerm(a) === formatTerm(b)

function readToken(token: string): string | FilterTerm | FilterProblem {
  const head = headPattern.exec(token)
  if (!head) return unquoted(token)
  const [whole, minus, name = '', sign = ''] = head
  const key = keyOf(name)
  const value = unquoted(token.slice(whole.length))
  const problem = (reason: string): FilterProblem => ({ source: token, sentence: `“${token}”: ${reason}` })
  const isNot = minus === '-'
  if (key === undefined) {
    // Tags and IPv6 addresses have colons of their own; but nothing there is has a "<" in it.
    if (!/[<>]/.test(sign)) return unquoted(token)
    return problem(`there is no “${name}” to compare. ${listed(numberKeys, 'and')} can be compared.`)
  }
  const number = numberKeys.find((other) => other === key)
  if (number) return readNumber({ key: number, sign, value, isNot, problem })
  const word = wordKeys.find((other) => other === key) ?? 'name'
  if (/[<>]/.test(sign)) return problem(`${word} is no number. Write ${word}:${examples[word]}.`)
  if (value === '') return problem(`it needs a value, such as ${word}:${examples[word]}.`)
  if (word === 'needs') {
    const need = filterNeeds.find((other) => other === value.toLowerCase())
    return need
      ? { kind: 'word', key: word, value: need, isNot }
      : problem(`what can be asked for is needs:${filterNeeds[0]}.`)
  }
  if (word !== 'state') return { kind: 'word', key: word, value, isNot }
  const state = filterStates.find((other) => other === value.toLowerCase())
  if (state) return { kind: 'word', key: 'state', value: state, isNot }
  return problem(`there is no such state. Machines are ${listed(filterStates, 'or')}.`)
}

interface NumberParts {
  key: NumberKey
  sign: string
  value: string
  isNot: boolean
  problem: (reason: string) => FilterProblem
}

function readNumber({ key, sign, value, isNot, problem }: NumberParts): NumberTerm | FilterProblem {
  const comparison = comparisons.find((other) => other === sign) ?? '='
  const term = (number: number): NumberTerm => ({ kind: 'number', key, comparison, value: number, isNot })
  if (key === 'vcpu') {
    return /^\d{1,6}$/.test(value) ? term(Number(value)) : problem(`vCPUs are whole numbers, such as vcpu>=4.`)
  }
  const size = parseSize(value)
  if (size !== null) return term(size)
  if (/^\d+(\.\d+)?$/.test(value))
    return problem(`the unit is missing. Write ${key}${sign}${value}G or ${key}${sign}${value}M.`)
  return problem(`a size is a number with its unit, such as ${key}>8G or ${key}<512M.`)
}

/** What each key is for, as the help in the filter box says it. */
export const examples: Readonly<Record<WordKey | NumberKey, string>> = {
  state: 'running',
  needs: 'attention',
  host: 'host-a',
  tag: 'prod',
  image: 'debian*',
  owner: 'ada',
  name: 'web-*',
  ip: '10.0.0.*',
  vcpu: '>=4',
  mem: '>8G',
  disk: '<100G',
}

function keyOf(name: string): WordKey | NumberKey | undefined {
  const lower = name.toLowerCase()
  return (
    [...wordKeys, ...numberKeys].find((key) => key === lower) ??
    (Object.hasOwn(aliases, lower) ? aliases[lower] : undefined)
  )
}

const quoted = (value: string): string => `"${value.replace(/["\\]/g, '\\$&')}"`

const unquoted = (token: string): string =>
  token.replace(/"((?:\\.|[^"\\])*)"?/gs, (_all, inner: string) => inner.replace(/\\(.)/gs, '$1'))

const listed = (items: readonly string[], word: 'and' | 'or'): string =>
  `${items.slice(0, -1).join(', ')} ${word} ${items.at(-1) ?? ''}`
