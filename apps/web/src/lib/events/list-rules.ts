/**
 * What the panel's lists hold and in which order, as far as an event's view tells: the same rules as the SQL of the list
 * procedures, so that a list in the cache can be patched instead of being read again.
 */
import type { HostView } from '@berth/core/host/host'
import type { ImageView } from '@berth/core/image/image'
import { parseVmFilter } from '@berth/core/vm/vm-filter'
import { fitsVmFilter } from '@berth/core/vm/vm-filter-match'
import type { OperationView } from '@berth/core/operation/operation'
import type { VmView } from '@berth/core/vm/vm-view'

export interface ListRules<T> {
  idOf: (item: T) => string
  belongs: (item: T) => boolean
  /** Negative when `a` comes first. */
  compare: (a: T, b: T) => number
}

/** The input of a list procedure, as it lies in a query key: not trusted to have any shape. */
export interface ListInput {
  readonly filter: Readonly<Record<string, unknown>>
  readonly sort: Readonly<Record<string, unknown>>
  readonly limit: number
}

const defaultLimit = 50

export function listInputOf(queryKey: readonly unknown[]): ListInput {
  const input = record(record(queryKey[1])['input'])
  const { limit } = input
  return {
    filter: record(input['filter']),
    sort: record(input['sort']),
    limit: typeof limit === 'number' ? limit : defaultLimit,
  }
}

export function vmListRules({ filter, sort }: ListInput): ListRules<VmView> {
  const { by, direction } = sort
  const turn = direction === 'desc' ? -1 : 1
  return {
    idOf: (vm) => vm.vmId,
    belongs: (vm) =>
      fitsQuery(filter['query'], vm) &&
      accepts(filter['state'], vm.state) &&
      accepts(filter['hostId'], vm.host?.hostId) &&
      accepts(filter['imageId'], vm.image?.imageId) &&
      (filter['tag'] === undefined || vm.tags.some((tag) => isSameText(tag, filter['tag']))) &&
      hasText(filter['text'], [
        vm.name,
        vm.description,
        vm.host?.name,
        ...vm.tags,
        ...vm.addresses.flatMap(({ ip, mac }) => [ip, mac]),
      ]),
    compare: (a, b) => turn * (compareKeys(vmSortKey(a, by), vmSortKey(b, by)) || compareKeys(a.vmId, b.vmId)),
  }
}

export function operationListRules({ filter }: ListInput): ListRules<OperationView> {
  return {
    idOf: (operation) => operation.operationId,
    belongs: ({ target, status, kind, actor }) =>
      accepts(filter['vmId'], target.vmId) &&
      accepts(filter['hostId'], target.hostId) &&
      accepts(filter['imageId'], target.imageId) &&
      accepts(filter['actorUserId'], actor.userId) &&
      accepts(filter['status'], status) &&
      accepts(filter['kind'], kind),
    // UUIDv7: newest first.
    compare: (a, b) => compareKeys(b.operationId, a.operationId),
  }
}

export function hostListRules({ filter }: ListInput): ListRules<HostView> {
  return {
    idOf: (host) => host.hostId,
    belongs: (host) => accepts(filter['state'], host.state) && hasText(filter['text'], [host.name]),
    compare: (a, b) => compareKeys(a.name, b.name),
  }
}

export function imageListRules({ filter }: ListInput): ListRules<ImageView> {
  return {
    idOf: (image) => image.imageId,
    belongs: (image) => accepts(filter['state'], image.state) && hasText(filter['text'], [image.name]),
    compare: (a, b) => compareKeys(b.imageId, a.imageId),
  }
}

type SortKey = string | number

function vmSortKey(vm: VmView, by: unknown): SortKey {
  switch (by) {
    case 'createdAt':
      return vm.vmId
    case 'state':
      return vm.state
    case 'host':
      return vm.host?.name ?? ''
    case 'vcpus':
      return vm.spec.vcpus
    case 'memoryBytes':
      return vm.spec.memoryBytes
    default:
      return vm.name
  }
}

/** By code unit, like COLLATE "C". */
const compareKeys = (a: SortKey, b: SortKey): number => (a < b ? -1 : a > b ? 1 : 0)

/** The text of the filter box. */
function fitsQuery(query: unknown, vm: VmView): boolean {
  return typeof query !== 'string' || fitsVmFilter(parseVmFilter(query).filter, vm)
}

const isSameText = (a: string, b: unknown): boolean => typeof b === 'string' && a.toLowerCase() === b.toLowerCase()

function accepts(wanted: unknown, value: string | null | undefined): boolean {
  if (wanted === undefined) return true
  return Array.isArray(wanted) ? wanted.includes(value) : wanted === value
}

function hasText(wanted: unknown, texts: readonly (string | undefined)[]): boolean {
  if (typeof wanted !== 'string' || wanted.trim() === '') return true
  const text = wanted.trim().toLowerCase()
  return texts.some((candidate) => candidate?.toLowerCase().includes(text))
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
