import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GiB, MiB } from '../units/bytes.ts'
import {
  comparisons,
  filterStates,
  filterNeeds,
  formatVmFilter,
  numberKeys,
  parseVmFilter,
  wordKeys,
  type FilterTerm,
} from './vm-filter.ts'
import { vmStateSchema } from './vm-state.ts'

const word = (key: (typeof wordKeys)[number], value: string, isNot = false): FilterTerm => ({
  kind: 'word',
  key,
  value,
  isNot,
})

const text = fc.oneof(fc.string({ minLength: 1, maxLength: 12 }), fc.string({ unit: 'grapheme', minLength: 1 }))
const wordTerm = fc.oneof(
  fc.record({
    kind: fc.constant('word' as const),
    key: fc.constantFrom(...wordKeys.filter((key) => key !== 'state' && key !== 'needs')),
    value: text,
    isNot: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('word' as const),
    key: fc.constant('state' as const),
    value: fc.constantFrom(...filterStates),
    isNot: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('word' as const),
    key: fc.constant('needs' as const),
    value: fc.constantFrom(...filterNeeds),
    isNot: fc.boolean(),
  }),
)
const numberTerm = fc
  .record({
    kind: fc.constant('number' as const),
    key: fc.constantFrom(...numberKeys),
    comparison: fc.constantFrom(...comparisons),
    value: fc.oneof(
      fc.nat({ max: 4_096 }),
      fc.maxSafeNat(),
      fc.nat({ max: 4_096 }).map((count) => count * 512 * MiB),
    ),
    isNot: fc.boolean(),
  })
  .map((term) => (term.key === 'vcpu' ? { ...term, value: term.value % 1_000 } : term))
const unique = { selector: (item: unknown) => JSON.stringify(item), maxLength: 6 }
const anyFilter = fc.record({
  words: fc.uniqueArray(text, unique),
  terms: fc.uniqueArray(fc.oneof(wordTerm, numberTerm), unique),
})

describe('the filter as text', () => {
  it('reads back every filter that it writes', () => {
    fc.assert(
      fc.property(anyFilter, (filter) => {
        expect(parseVmFilter(formatVmFilter(filter))).toEqual({ filter, problems: [] })
      }),
    )
  })

  it('understands whatever is typed, and writes it so that it stays the same', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'state:mem>8G "-\\*= ') })), (source) => {
        const { filter, problems } = parseVmFilter(source)
        expect(parseVmFilter(formatVmFilter(filter))).toEqual({ filter, problems: [] })
        for (const problem of problems) expect(source).toContain(problem.source)
      }),
    )
  })

  it('splits terms from free text, wherever they stand', () => {
    const { filter } = parseVmFilter('web state:Running 01 -host:b "two words" image:"Debian 13"')
    expect(filter).toEqual({
      words: ['web', '01', 'two words'],
      terms: [word('state', 'running'), word('host', 'b', true), word('image', 'Debian 13')],
    })
  })

  it.each([
    ['mem>8G', '>', 8 * GiB],
    ['memory>=1.5g', '>=', 1.5 * GiB],
    ['ram:512MiB', '=', 512 * MiB],
    ['disk<100GB', '<', 100 * GiB],
    ['vcpu<=4', '<=', 4],
    ['cpus=4', '=', 4],
  ])('compares: %s', (source, comparison, value) => {
    expect(parseVmFilter(source)).toMatchObject({ filter: { terms: [{ comparison, value }] }, problems: [] })
  })

  it.each([
    ['mem>8', 'the unit is missing. Write mem>8G or mem>8M.'],
    ['mem>8X', 'a size is a number with its unit, such as mem>8G or mem<512M.'],
    ['vcpu>=1.5', 'vCPUs are whole numbers, such as vcpu>=4.'],
    ['size>3', 'there is no “size” to compare. vcpu, mem and disk can be compared.'],
    ['host>3', 'host is no number. Write host:host-a.'],
    ['tag:', 'it needs a value, such as tag:prod.'],
    ['state:asleep', 'there is no such state. Machines are running, stopped,'],
  ])('says what is wrong with %s, and filters by the rest', (source, reason) => {
    const { filter, problems } = parseVmFilter(`web ${source} tag:prod`)
    expect(filter).toEqual({ words: ['web'], terms: [word('tag', 'prod')] })
    expect(problems).toEqual([{ source, sentence: expect.stringContaining(`“${source}”: ${reason}`) }])
  })

  it.each(['env:prod', 'fe80::1', 'a=b', '-01', '10.0.0.4:80', '52:54:00'])('takes %s for text', (source) => {
    expect(parseVmFilter(source)).toEqual({ filter: { words: [source], terms: [] }, problems: [] })
  })

  it('knows every state there is', () => {
    expect([...filterStates].sort()).toEqual([...vmStateSchema.options].sort())
  })
})
