/** What a caller may ask of the machine list, in the one form that SQL is made of. */
import { AppError } from '@berth/core/errors/app-error'
import { parseVmFilter, type FilterTerm } from '@berth/core/vm/vm-filter'
import { ownerScope, type Caller } from '../trpc/caller.ts'
import type { VmFilterInput } from './vm-inputs.ts'
import type { VmQuery } from './vm-where-repo.ts'

/** Throws INPUT_INVALID for a `query` with a term that says nothing, in the words that the filter box says it in. */
export function vmQueryOf(caller: Caller, input: VmFilterInput): VmQuery {
  const { filter, problems } = parseVmFilter(input.query ?? '')
  const [problem] = problems
  if (problem) {
    const details = { field: 'filter.query', term: problem.source }
    throw new AppError('INPUT_INVALID', `filter.query: ${problem.sentence}`, { details })
  }
  const words = input.text === undefined || input.text === '' ? filter.words : [input.text, ...filter.words]
  const terms: FilterTerm[] = [...filter.terms]
  for (const value of input.state ?? []) terms.push({ kind: 'word', key: 'state', value, isNot: false })
  if (input.tag !== undefined) terms.push({ kind: 'word', key: 'tag', value: input.tag, isNot: false })
  return { ownerId: ownerScope(caller), filter: { words, terms }, hostId: input.hostId, imageId: input.imageId }
}
