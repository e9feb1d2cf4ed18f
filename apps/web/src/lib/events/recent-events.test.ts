import { newUuid, vmIdSchema } from '@berth/core/ids/ids'
import { type PanelEvent, panelEventSchema } from '@berth/core/events/panel-events'
import { hydrate, QueryObserver, type QueryState } from '@tanstack/react-query'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { makeQueryClient } from '../trpc/query-client.ts'
import { markGone } from './gone-object.ts'
import { makeRecentEvents } from './recent-events.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A panel that holds two numbers, and a tab that shows them as ['a', 'b']; an event of one patches it in the cache. */
function openTab() {
  const truth = { a: 1, b: 1 }
  let reads = 0
  let isAway = false
  const waiting: (() => void)[] = []
  let isSlow = false
  const queryClient = makeQueryClient()
  const queryKey = ['both']
  /** Reads at once, answers when it is let through. */
  const queryFn = async () => {
    reads++
    if (isAway) throw new Error('nobody there')
    const answer = { ...truth }
    if (isSlow) await new Promise<void>((resolve) => waiting.push(resolve))
    return answer
  }
  const vmIds = { a: vmIdSchema.parse(newUuid()), b: vmIdSchema.parse(newUuid()) }
  const apply = (event: PanelEvent) => {
    if (event.kind !== 'vm.removed' || !queryClient.getQueryData(queryKey)) return
    const name = event.vmId === vmIds.a ? 'a' : 'b'
    const value = event.vmId === vmIds.a ? truth.a : truth.b
    queryClient.setQueryData<typeof truth>(queryKey, (known) => known && { ...known, [name]: value })
  }
  const recent = makeRecentEvents(queryClient, apply)
  recent.watch()
  recent.setLive(true)
  const observer = new QueryObserver(queryClient, { queryKey, queryFn })
  return {
    ...{ truth, queryClient, queryKey, queryFn, recent },
    reads: () => reads,
    setAway: (away: boolean) => void (isAway = away),
    slow: () => void (isSlow = true),
    letThrough() {
      isSlow = false
      for (const resolve of waiting.splice(0)) resolve()
    },
    look: () => observer.subscribe(() => undefined),
    shown: () => queryClient.getQueryData<typeof truth>(queryKey),
    /** The stream tells of a change. */
    tell: (name: 'a' | 'b') => recent.tell({ kind: 'vm.removed', vmId: vmIds[name] }),
  }
}

const reset = panelEventSchema.parse({ kind: 'stream.reset' })
const soon = () => vi.advanceTimersByTimeAsync(100)

it('tells an answer that was on its way what happened meanwhile', async () => {
  const tab = openTab()
  tab.slow()
  tab.look()
  await soon()
  tab.truth.a = 2
  tab.tell('a')
  tab.letThrough()
  await soon()
  expect(tab.shown()).toEqual({ a: 2, b: 1 })
  expect(tab.reads()).toBe(1)
})

it('reads again what was on its way for longer than events are remembered', async () => {
  const tab = openTab()
  tab.slow()
  tab.look()
  await soon()
  tab.truth.a = 2
  tab.tell('a')
  await vi.advanceTimersByTimeAsync(11_000)
  tab.tell('b')
  tab.letThrough()
  await soon()
  expect(tab.shown()).toEqual({ a: 2, b: 1 })
})

it('reads again what was on its way while more happened than is remembered', async () => {
  const tab = openTab()
  tab.slow()
  tab.look()
  await soon()
  tab.truth.a = 2
  tab.tell('a')
  await soon()
  for (let index = 0; index < 500; index++) tab.tell('b')
  tab.letThrough()
  await soon()
  expect(tab.shown()).toEqual({ a: 2, b: 1 })
})

it('does not tell an answer what happened before it was asked for', async () => {
  const tab = openTab()
  tab.look()
  await soon()
  tab.tell('a')
  await soon()
  let told = 0
  tab.queryClient.getQueryCache().subscribe((notice) => {
    if (notice.type === 'updated' && notice.action.type === 'success' && notice.action.manual === true) told++
  })
  await tab.queryClient.refetchQueries()
  await soon()
  expect(told).toBe(0)
})

it('pays a reset’s debt when the panel died in the next moment, though a row was patched since', async () => {
  const tab = openTab()
  tab.look()
  await soon()
  Object.assign(tab.truth, { a: 2, b: 2 })
  tab.setAway(true)
  tab.recent.tell(reset)
  tab.recent.setLive(false)
  await vi.advanceTimersByTimeAsync(15_000)
  tab.setAway(false)
  tab.tell('a')
  expect(tab.shown()).toEqual({ a: 2, b: 1 })
  tab.recent.setLive(true)
  await soon()
  expect(tab.shown()).toEqual({ a: 2, b: 2 })
})

it('pays a reset’s debt of what was off screen when it comes back, though a row was patched since', async () => {
  const tab = openTab()
  const leave = tab.look()
  await soon()
  leave()
  Object.assign(tab.truth, { a: 2, b: 2 })
  tab.recent.tell(reset)
  tab.tell('a')
  tab.look()
  await soon()
  expect(tab.shown()).toEqual({ a: 2, b: 2 })
})

it('does not take an answer that was asked for before a reset for what was read after it', async () => {
  const tab = openTab()
  tab.slow()
  tab.look()
  await soon()
  tab.truth.a = 2
  tab.recent.tell(reset)
  tab.letThrough()
  await soon()
  expect(tab.shown()).toEqual({ a: 2, b: 1 })
  expect(tab.reads()).toBe(2)
})

it('reads by itself what could not be read while the panel was away', async () => {
  const tab = openTab()
  tab.setAway(true)
  tab.look()
  await vi.advanceTimersByTimeAsync(10_000)
  tab.setAway(false)
  await vi.advanceTimersByTimeAsync(25_000)
  expect(tab.shown()).toEqual({ a: 1, b: 1 })
  const reads = tab.reads()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(tab.reads()).toBe(reads)
})

it('reads again a page that the router kept while its object was forgotten', async () => {
  const tab = openTab()
  const state: QueryState<unknown> = {
    ...tab.queryClient.getQueryCache().build(tab.queryClient, { queryKey: ['none'] }).state,
    ...{ data: { a: 1, b: 1 }, dataUpdatedAt: Date.now(), status: 'success' },
  }
  const queries = [{ queryHash: '["both"]', queryKey: tab.queryKey, state, dehydratedAt: Date.now() }]
  await vi.advanceTimersByTimeAsync(60_000)
  tab.truth.a = 2
  tab.tell('a')
  await vi.advanceTimersByTimeAsync(60_000)
  tab.tell('b')
  hydrate(tab.queryClient, { queries })
  tab.look()
  await soon()
  expect(tab.shown()).toEqual({ a: 2, b: 1 })
})

it('ends after an object is gone: what an event writes is no answer', async () => {
  const tab = openTab()
  tab.look()
  await soon()
  let marks = 0
  const recent = makeRecentEvents(tab.queryClient, () => {
    marks++
    if (marks < 10) markGone(tab.queryClient, tab.queryKey, 'VM_NOT_FOUND')
  })
  const stop = recent.watch()
  recent.tell({ kind: 'vm.removed', vmId: vmIdSchema.parse(newUuid()) })
  await soon()
  stop()
  expect(marks).toBe(1)
})
