import type { AppRouter } from '@berth/api/root'
import type { PanelEvent } from '@berth/core/events/panel-events'
import { createTRPCClient, TRPCClientError } from '@trpc/client'
import { observable, type Observer } from '@trpc/server/observable'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { makeEventStream } from './event-stream.ts'

type Line = Observer<unknown, TRPCClientError<AppRouter>> & { readonly input: unknown; isOpen: boolean }

const close: (() => void)[] = []
beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('document', Object.assign(new EventTarget(), { visibilityState: 'visible' }))
})
afterEach(() => {
  for (const end of close.splice(0)) end()
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

/** A tab's stream, and the lines that it opened to a panel which answers nothing else. */
function openTab() {
  const lines: Line[] = []
  const client = createTRPCClient<AppRouter>({
    links: [
      () =>
        ({ op }) =>
          observable((observer) => {
            if (op.type !== 'subscription') return undefined
            const line: Line = Object.assign(Object.create(observer), { input: op.input, isOpen: true })
            lines.push(line)
            return () => {
              line.isOpen = false
              observer.complete()
            }
          }),
    ],
  })
  const heard: PanelEvent[] = []
  const live: boolean[] = []
  const stream = makeEventStream({
    client,
    onEvent: (event) => heard.push(event),
    onLive: (isLive) => live.push(isLive),
    onSignedOut: () => undefined,
  })
  close.push(stream.open())
  const line = () => lines.at(-1)
  const start = () => line()?.next({ result: { type: 'started' } })
  const say = (id: string) => line()?.next({ result: { id, data: { id, data: { kind: 'stream.reset' } } } })
  return { stream, lines, line, start, say, heard, live }
}

it('opens a stream that the panel ended again where it stopped', async () => {
  const tab = openTab()
  tab.start()
  tab.say('7')
  tab.line()?.complete()
  expect(tab.stream.getState().kind).toBe('reconnecting')
  await vi.advanceTimersByTimeAsync(1_500)
  expect(tab.lines.map(({ input }) => input)).toEqual([{}, { lastEventId: '7' }])
  tab.start()
  expect(tab.stream.getState().kind).toBe('live')
  expect(tab.live).toEqual([true, false, true])
})

it('begins anew what is neither taken nor refused, one line at a time', async () => {
  const tab = openTab()
  await vi.advanceTimersByTimeAsync(50_000)
  expect(tab.stream.getState().kind).toBe('stale')
  expect(tab.lines.map(({ isOpen }) => isOpen)).toEqual([false, false, true])
  tab.start()
  expect(tab.stream.getState().kind).toBe('live')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(tab.lines).toHaveLength(3)
})

it('does not wait for an answer to who it is before it tries again', async () => {
  const tab = openTab()
  tab.start()
  tab.line()?.error(new TRPCClientError('refused'))
  await vi.advanceTimersByTimeAsync(1_500)
  expect(tab.lines).toHaveLength(2)
})
