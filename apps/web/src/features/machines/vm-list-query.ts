/** From the URL of the machine list to the input of `vm.list`, and back. Pure, for the page on the server as well. */
import { type FilterProblem, formatVmFilter, parseVmFilter, type VmFilter } from '@berth/core/vm/vm-filter'

export const vmSortKeys = ['name', 'createdAt', 'state', 'host', 'vcpus', 'memoryBytes'] as const
export type VmSortKey = (typeof vmSortKeys)[number]

export interface VmSort {
  by: VmSortKey
  direction: 'asc' | 'desc'
}

export interface VmListView {
  filter: VmFilter
  /** Terms of the address that say nothing; they filter nothing, and stay in the box to be mended. */
  problems: readonly FilterProblem[]
  sort: VmSort
}

const defaultSort: VmSort = { by: 'name', direction: 'asc' }
export const pageSize = 50

export function readVmListView(params: { get: (name: string) => string | null }): VmListView {
  return { ...parseVmFilter(params.get('filter') ?? ''), sort: parseSort(params.get('sort')) }
}

/** What the address keeps of filter and order; undefined for what needs no word. */
export function vmListAddress({ filter, problems, sort }: VmListView): Record<'filter' | 'sort', string | undefined> {
  const parts = [formatVmFilter(filter), ...problems.map(({ source }) => source)].filter((part) => part !== '')
  return { filter: parts.length === 0 ? undefined : parts.join(' '), sort: formatSort(sort) }
}

/** "name", or "-name" from the end. */
export function formatSort({ by, direction }: VmSort): string | undefined {
  if (by === defaultSort.by && direction === defaultSort.direction) return undefined
  return direction === 'desc' ? `-${by}` : by
}

function parseSort(source: string | null): VmSort {
  const isDescending = source?.startsWith('-') ?? false
  const by = vmSortKeys.find((key) => key === source?.replace(/^-/, ''))
  return by === undefined ? defaultSort : { by, direction: isDescending ? 'desc' : 'asc' }
}

/** Without empty fields, so that the same question has the same key in the cache. */
export const filterInput = (filter: VmFilter): { query?: string } => {
  const query = formatVmFilter(filter)
  return query === '' ? {} : { query }
}

export const listInput = ({ filter, sort }: Pick<VmListView, 'filter' | 'sort'>) => ({
  limit: pageSize,
  filter: filterInput(filter),
  sort,
})
