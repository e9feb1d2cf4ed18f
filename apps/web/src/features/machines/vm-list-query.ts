/** From the URL of the machine list to the input of `vm.list`, and back. Pure, for the page on the server as well. */
import { filterStates, type FilterKey, parseVmFilter, type VmFilter } from './vm-filter.ts'

export const vmSortKeys = ['name', 'createdAt', 'state', 'host', 'vcpus', 'memoryBytes'] as const
export type VmSortKey = (typeof vmSortKeys)[number]

export interface VmSort {
  by: VmSortKey
  direction: 'asc' | 'desc'
}

export interface VmListView {
  filter: VmFilter
  sort: VmSort
}

/** Names that tokens use instead of ids. */
export interface KnownNames {
  hosts: readonly { hostId: string; name: string }[]
  images: readonly { imageId: string; name: string }[]
}

const defaultSort: VmSort = { by: 'name', direction: 'asc' }
export const pageSize = 50

export function readVmListView(params: { get: (name: string) => string | null }): VmListView {
  return { filter: parseVmFilter(params.get('filter') ?? ''), sort: parseSort(params.get('sort')) }
}

/** "name", or "-name" from the end; undefined for the order that needs no word. */
export function formatSort({ by, direction }: VmSort): string | undefined {
  if (by === defaultSort.by && direction === defaultSort.direction) return undefined
  return direction === 'desc' ? `-${by}` : by
}

function parseSort(source: string | null): VmSort {
  const isDescending = source?.startsWith('-') ?? false
  const by = vmSortKeys.find((key) => key === source?.replace(/^-/, ''))
  return by === undefined ? defaultSort : { by, direction: isDescending ? 'desc' : 'asc' }
}

export interface VmListAsk {
  input: ReturnType<typeof listInput>
  /** Tokens that name nothing that is known; the list is empty for them. */
  unknown: readonly string[]
}

/** A host or image that is not known by name is looked for as text, where that finds it: hosts by name. */
export function askOf({ filter, sort }: VmListView, names: KnownNames): VmListAsk {
  const valueOf = (key: FilterKey) => filter.tokens.find((token) => token.key === key)?.value
  const [host, image] = [valueOf('host'), valueOf('image')]
  const hostId = names.hosts.find(({ name }) => name === host)?.hostId
  const imageId = names.images.find(({ name }) => name === image)?.imageId
  const unknown: string[] = []
  let { text } = filter
  if (host !== undefined && hostId === undefined) {
    if (text === '') text = host
    else unknown.push(`host:${host}`)
  }
  if (image !== undefined && imageId === undefined) unknown.push(`image:${image}`)
  const states = filterStates.filter((state) =>
    filter.tokens.some((token) => token.key === 'state' && token.value === state),
  )
  return { input: listInput({ text, states, hostId, imageId, tag: valueOf('tag') }, sort), unknown }
}

interface Wanted {
  text: string
  states: readonly (typeof filterStates)[number][]
  hostId: string | undefined
  imageId: string | undefined
  tag: string | undefined
}

/** Without empty fields, so that the same question has the same key in the cache. */
function listInput({ text, states, hostId, imageId, tag }: Wanted, sort: VmSort) {
  return {
    limit: pageSize,
    filter: {
      ...(text === '' ? {} : { text }),
      ...(states.length === 0 ? {} : { state: [...states] }),
      ...(hostId === undefined ? {} : { hostId }),
      ...(imageId === undefined ? {} : { imageId }),
      ...(tag === undefined ? {} : { tag }),
    },
    sort,
  }
}
