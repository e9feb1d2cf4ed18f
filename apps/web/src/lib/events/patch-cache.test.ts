import { hostIdSchema, newUuid, vmIdSchema } from '@berth/core/ids/ids'
import { type OperationView, operationViewSchema } from '@berth/core/operation/operation'
import { type VmView, vmViewSchema } from '@berth/core/vm/vm-view'
import type { AppRouter } from '@berth/api/root'
import type { InfiniteData, QueryKey } from '@tanstack/react-query'
import { createTRPCClient } from '@trpc/client'
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query'
import { describe, expect, it } from 'vitest'
import { errorCodeOf } from '../error-text.ts'
import { makeQueryClient } from '../trpc/query-client.ts'
import type { ListPage } from './patch-pages.ts'
import { patchCache } from './patch-cache.ts'

const at = '2026-11-22T10:00:00Z'
const machine = (name: string, change: Partial<VmView> = {}): VmView =>
  vmViewSchema.parse({
    vmId: newUuid(),
    name,
    description: '',
    tags: [],
    isProtected: false,
    movePolicy: 'pause-if-needed',
    owner: { userId: 'u', name: 'ada' },
    state: 'running',
    stateSince: at,
    lastKnownState: 'running',
    seenAt: at,
    pauseReason: null,
    host: null,
    image: null,
    spec: {
      name,
      vcpus: 1,
      memoryBytes: 1024 ** 3,
      firmware: 'bios',
      machineType: 'pc-q35-7.2',
      hasScreen: true,
      disks: [
        { volumeId: newUuid(), pool: 'default', format: 'qcow2', sizeBytes: 1024 ** 3, source: { kind: 'blank' } },
      ],
      nics: [],
      cloudInit: null,
      desiredPower: 'on',
    },
    revision: 1,
    run: null,
    isRestartPending: false,
    lastExit: null,
    addresses: [],
    guest: null,
    diskAllocatedBytes: null,
    volumes: [],
    sample: null,
    operation: null,
    createdAt: at,
    ...change,
  })

function openCache() {
  const queryClient = makeQueryClient()
  const client = createTRPCClient<AppRouter>({ links: [] })
  const trpc = createTRPCOptionsProxy<AppRouter>({ client, queryClient })
  const running = { filter: { state: ['running' as const] } }
  const infiniteKey = trpc.vm.list.infiniteQueryKey(running)
  const names = () =>
    queryClient
      .getQueryData<InfiniteData<ListPage<VmView>>>(infiniteKey)
      ?.pages.flatMap((page) => page.items.map((vm) => vm.name))
  const seed = (...items: VmView[]) => {
    queryClient.setQueryData<InfiniteData<ListPage<VmView>>>(infiniteKey, {
      pages: [{ items, nextCursor: null }],
      pageParams: [null],
    })
  }
  return { target: { queryClient, trpc }, names, seed, queryClient, trpc }
}

describe('patchCache', () => {
  it('writes a changed machine into its own query and every list it belongs to', () => {
    const { target, names, seed, queryClient, trpc } = openCache()
    const [a, c] = [machine('a'), machine('c')]
    seed(a, c)
    const key: QueryKey = trpc.vm.get.queryKey({ vmId: c.vmId })
    queryClient.setQueryData<VmView>(key, c)
    patchCache(target, { kind: 'vm.changed', vm: machine('b') })
    patchCache(target, { kind: 'vm.changed', vm: machine('x', { state: 'stopped' }) })
    patchCache(target, { kind: 'vm.changed', vm: { ...c, state: 'paused' } })
    expect(names()).toEqual(['a', 'b'])
    expect(queryClient.getQueryData(key)).toMatchObject({ state: 'paused' })
    patchCache(target, { kind: 'vm.removed', vmId: a.vmId })
    expect(names()).toEqual(['b'])
    patchCache(target, { kind: 'vm.removed', vmId: c.vmId })
    const gone = queryClient.getQueryState(key)
    expect(errorCodeOf(gone?.error)).toBe('VM_NOT_FOUND')
    expect(gone).toMatchObject({ data: { name: 'c' }, fetchStatus: 'idle' })
  })

  it('puts figures on the machines they are of, and makes no query of its own', () => {
    const { target, seed, queryClient, trpc } = openCache()
    const a = machine('a')
    seed(a)
    const sample = { values: { cpuShare: 0.5 }, vcpuShares: [0.5] }
    const hostId = hostIdSchema.parse(newUuid())
    const vms = { [a.vmId]: sample, [vmIdSchema.parse(newUuid())]: sample }
    patchCache(target, { kind: 'gauges', at, hostId, host: null, vms })
    const lists = queryClient.getQueriesData<InfiniteData<ListPage<VmView>>>({ queryKey: trpc.vm.list.pathKey() })
    expect(lists.map(([, data]) => data?.pages[0]?.items[0]?.sample)).toEqual([sample])
    expect(queryClient.getQueryCache().getAll()).toHaveLength(1)
  })

  it('keeps a short list short: newest tasks first', () => {
    const { target, queryClient, trpc } = openCache()
    const key: QueryKey = trpc.operation.list.queryKey({ limit: 2 })
    const task = (minute: number) =>
      operationViewSchema.parse({
        operationId: newUuid(Date.parse(at) + minute * 60_000),
        kind: 'vm.start',
        title: `Start ${minute}`,
        status: 'running',
        target: { vmId: null, imageId: null, hostId: null, name: 'web' },
        actor: { userId: null, name: 'ada', via: 'session' },
        phase: null,
        progress: null,
        progressText: null,
        error: null,
        isCancellable: true,
        createdAt: at,
        startedAt: null,
        endedAt: null,
        steps: [],
      })
    queryClient.setQueryData<ListPage<OperationView>>(key, { items: [task(2), task(1)], nextCursor: 'more' })
    patchCache(target, { kind: 'operation.changed', operation: task(3) })
    const list = queryClient.getQueryData<ListPage<OperationView>>(key)
    expect(list?.items.map(({ title }) => title)).toEqual(['Start 3', 'Start 2'])
  })
})
