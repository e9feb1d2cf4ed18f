import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AgentEvent, HostSnapshot } from '@berth/core/agent-contract/agent-events'
import { newUuid, vmIdSchema } from '@berth/core/ids/ids'
import { createEventRing } from './event-ring.ts'
import { createEventStream, type EventStream, type StreamedEvent } from './event-stream.ts'

const vmId = vmIdSchema.parse(newUuid())
const removed = (generation: number): AgentEvent => ({ kind: 'vm.removed', vmId, epoch: 1, generation })
const generationOf = ({ event }: { event: AgentEvent }): number => (event.kind === 'vm.removed' ? event.generation : -1)

describe('the ring', () => {
  it('gives what came after any id that it holds, and nothing for others', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 0, max: 60 }),
        fc.nat(70),
        (capacity, count, asked) => {
          const ring = createEventRing('a', capacity)
          for (let i = 1; i <= count; i++) ring.push(removed(i))
          const got = ring.after(`a:${asked}`)?.map(generationOf)
          const isHeld = asked <= count && asked >= count - Math.min(capacity, count)
          const expected = Array.from({ length: Math.max(0, count - asked) }, (_, i) => asked + 1 + i)
          expect(got).toEqual(isHeld ? expected : undefined)
        },
      ),
    )
  })

  it('knows no id of another stream', () => {
    const ring = createEventRing('a', 5)
    ring.push(removed(1))
    for (const id of ['b:1', 'a', 'a:', 'a:x', ':1', 'a:1:1', '']) expect(ring.after(id)).toBeUndefined()
  })
})

const snapshot = { at: 'now' } as unknown
const isSnapshot = (_value: unknown): _value is HostSnapshot => true
const anySnapshot = (): HostSnapshot => {
  if (!isSnapshot(snapshot)) throw new Error('never')
  return snapshot
}

async function take(stream: EventStream, lastEventId: string | null, count: number): Promise<StreamedEvent[]> {
  const got: StreamedEvent[] = []
  const abort = new AbortController()
  for await (const event of stream.read({ lastEventId, signal: abort.signal })) {
    got.push(event)
    if (got.length === count) break
  }
  return got
}

describe('the stream', () => {
  it('begins with a snapshot, and loses nothing that happens while that is made', async () => {
    const made = Promise.withResolvers<HostSnapshot>()
    const stream = createEventStream({ snapshot: () => made.promise })
    const taken = take(stream, null, 3)
    await new Promise((resolve) => setImmediate(resolve))
    stream.publish(removed(1))
    made.resolve(anySnapshot())
    stream.publish(removed(2))
    expect((await taken).map(({ event }) => event.kind)).toEqual(['host.snapshot', 'vm.removed', 'vm.removed'])
  })

  it('goes on after the last id, without those that are not kept', async () => {
    const stream = createEventStream({ snapshot: async () => anySnapshot() })
    const [first] = await take(stream, null, 1)
    stream.publish(removed(1))
    stream.publish({ kind: 'vm.sampled', at: new Date().toISOString(), samples: {} })
    stream.publish(removed(2))
    expect((await take(stream, first?.id ?? '', 2)).map(generationOf)).toEqual([1, 2])
  })

  it('cuts a reader that falls behind, and forgets it', async () => {
    const stream = createEventStream({ snapshot: async () => anySnapshot(), maxWaiting: 10 })
    const reader = stream.read({ lastEventId: null, signal: new AbortController().signal })
    await reader.next()
    for (let i = 0; i < 11; i++) stream.publish(removed(i))
    await expect(reader.next()).rejects.toMatchObject({ code: 'TIMEOUT' })
    expect(stream.readerCount()).toBe(0)
  })

  it('ends when its reader leaves', async () => {
    const stream = createEventStream({ snapshot: async () => anySnapshot() })
    const abort = new AbortController()
    const reader = stream.read({ lastEventId: null, signal: abort.signal })
    await reader.next()
    const next = reader.next()
    abort.abort()
    expect(await next).toEqual({ done: true, value: undefined })
    expect(stream.readerCount()).toBe(0)
  })
})
