/** Writes what an event says into every query that shows it: objects, and all lists with their filters and orders. */
import type { AppRouter } from '@berth/api/root'
import type { PanelEvent } from '@berth/core/events/panel-events'
import type { HostView } from '@berth/core/host/host'
import type { ImageView } from '@berth/core/image/image'
import type { OperationView } from '@berth/core/operation/operation'
import type { VmView } from '@berth/core/vm/vm-view'
import type { InfiniteData, QueryClient, QueryKey } from '@tanstack/react-query'
import type { TRPCOptionsProxy } from '@trpc/tanstack-react-query'
import {
  hostListRules,
  imageListRules,
  listInputOf,
  operationListRules,
  vmListRules,
  type ListInput,
} from './list-rules.ts'
import { countAgain, readAccountsAgain, readDrainsAgain, readPoolsAgain, readTargetsAgain } from './count-again.ts'
import { markGone } from './gone-object.ts'
import { patchMove, readEndedMove } from './patch-move.ts'
import { mapRows, putRow, takeRow, type ListPage } from './patch-pages.ts'

export interface PatchTarget {
  queryClient: QueryClient
  trpc: TRPCOptionsProxy<AppRouter>
}

/** A reset patches nothing: owed-reads.ts reads everything again. */
export function patchCache(target: PatchTarget, event: PanelEvent): void {
  const { queryClient, trpc } = target
  switch (event.kind) {
    case 'vm.changed':
      replace<VmView>(target, trpc.vm.get.queryKey({ vmId: event.vm.vmId }), event.vm)
      patchLists<VmView>(target, vmLists(target), (pages, input) => putRow(pages, event.vm, vmListRules(input)))
      countAgain(target)
      return
    case 'vm.removed':
      markGone(queryClient, trpc.vm.get.queryKey({ vmId: event.vmId }), 'VM_NOT_FOUND')
      patchLists<VmView>(target, vmLists(target), (pages, input) => takeRow(pages, event.vmId, vmListRules(input)))
      countAgain(target)
      return
    case 'operation.changed':
      patchOperation(target, event.operation)
      return
    case 'host.changed':
      replace<HostView>(target, trpc.host.get.queryKey({ hostId: event.host.hostId }), event.host)
      patchLists<HostView>(target, hostLists(target), (pages, input) => putRow(pages, event.host, hostListRules(input)))
      readTargetsAgain(target)
      readDrainsAgain(target)
      readPoolsAgain(target)
      return
    case 'host.removed':
      markGone(queryClient, trpc.host.get.queryKey({ hostId: event.hostId }), 'HOST_NOT_FOUND')
      patchLists<HostView>(target, hostLists(target), (pages, input) =>
        takeRow(pages, event.hostId, hostListRules(input)),
      )
      readTargetsAgain(target)
      return
    case 'image.changed':
      replace<ImageView>(target, trpc.image.get.queryKey({ imageId: event.image.imageId }), event.image)
      patchLists<ImageView>(target, imageLists(target), (pages, input) =>
        putRow(pages, event.image, imageListRules(input)),
      )
      return
    case 'image.removed':
      markGone(queryClient, trpc.image.get.queryKey({ imageId: event.imageId }), 'IMAGE_NOT_FOUND')
      patchLists<ImageView>(target, imageLists(target), (pages, input) =>
        takeRow(pages, event.imageId, imageListRules(input)),
      )
      return
    case 'accounts.changed':
      readAccountsAgain(target)
      return
    case 'move.progressed':
      patchMove(target, event.move)
      return
    case 'gauges':
      patchGauges(target, event)
      return
    case 'stream.reset':
      return
  }
}

function patchOperation(target: PatchTarget, operation: OperationView): void {
  const { trpc } = target
  replace<OperationView>(target, trpc.operation.get.queryKey({ operationId: operation.operationId }), operation)
  const lists = [trpc.operation.list.infiniteQueryKey(), trpc.operation.list.queryKey()] as const
  patchLists<OperationView>(target, lists, (pages, input) => putRow(pages, operation, operationListRules(input)))
  readEndedMove(target, operation)
  if (operation.kind === 'host.drain') readDrainsAgain(target)
}

type GaugesEvent = Extract<PanelEvent, { kind: 'gauges' }>

function patchGauges(target: PatchTarget, event: GaugesEvent): void {
  const withSample = (vm: VmView): VmView => {
    const sample = event.vms[vm.vmId]
    return sample === undefined ? vm : { ...vm, sample }
  }
  // Machines' samples come in events of their own, which say nothing of the host.
  const { host: gauges } = event
  const withGauges = (host: HostView): HostView =>
    host.hostId === event.hostId && gauges !== null ? { ...host, gauges } : host
  patchLists<VmView>(target, vmLists(target), (pages) => mapRows(pages, withSample))
  patchLists<HostView>(target, hostLists(target), (pages) => mapRows(pages, withGauges))
  mapObjects<VmView>(target, target.trpc.vm.get.queryKey(), withSample)
  mapObjects<HostView>(target, target.trpc.host.get.queryKey(), withGauges)
}

/** Only what somebody has asked for: an event makes no query. */
function replace<T>({ queryClient }: PatchTarget, queryKey: QueryKey, view: T): void {
  if (queryClient.getQueryState(queryKey)?.data !== undefined) queryClient.setQueryData<T>(queryKey, () => view)
}

function mapObjects<T>({ queryClient }: PatchTarget, queryKey: QueryKey, change: (view: T) => T): void {
  for (const [key, view] of queryClient.getQueriesData<T>({ queryKey })) {
    if (view === undefined) continue
    const next = change(view)
    if (next !== view) queryClient.setQueryData<T>(key, () => next)
  }
}

type ListKeys = readonly [infinite: QueryKey, plain: QueryKey]
type PagesPatch<T> = (pages: readonly ListPage<T>[], input: ListInput) => readonly ListPage<T>[]

const vmLists = ({ trpc }: PatchTarget): ListKeys => [trpc.vm.list.infiniteQueryKey(), trpc.vm.list.queryKey()]
const hostLists = ({ trpc }: PatchTarget): ListKeys => [trpc.host.list.infiniteQueryKey(), trpc.host.list.queryKey()]
const imageLists = ({ trpc }: PatchTarget): ListKeys => [trpc.image.list.infiniteQueryKey(), trpc.image.list.queryKey()]

function patchLists<T>({ queryClient }: PatchTarget, [infinite, plain]: ListKeys, patch: PagesPatch<T>): void {
  for (const [key, data] of queryClient.getQueriesData<InfiniteData<ListPage<T>>>({ queryKey: infinite })) {
    if (data === undefined) continue
    const pages = patch(data.pages, listInputOf(key))
    if (pages === data.pages) continue
    queryClient.setQueryData<InfiniteData<ListPage<T>>>(key, () => ({ ...data, pages: [...pages] }))
  }
  for (const [key, page] of queryClient.getQueriesData<ListPage<T>>({ queryKey: plain })) {
    if (page === undefined) continue
    const input = listInputOf(key)
    const [next = page] = patch([page], input)
    if (next === page) continue
    queryClient.setQueryData<ListPage<T>>(key, () => ({ ...next, items: next.items.slice(0, input.limit) }))
  }
}
