import { expect, it, vi } from 'vitest'
import { pino } from 'pino'
import type { SampleRound } from '../../metrics/sampler.ts'
import { TestHost } from '../../testing/test-host.ts'
import { createEventStream } from '../../events/event-stream.ts'
import { hostSnapshot } from '../host-snapshot.ts'
import { createHeartbeat } from './heartbeat.ts'

const logger = pino({ level: 'silent' })
const round: SampleRound = {
  at: new Date(0).toISOString(),
  vms: {},
  host: {
    at: new Date(0).toISOString(),
    cpuShare: 0,
    loadAverage1m: 0,
    memoryUsedBytes: 0,
    memoryAvailableBytes: 0,
    diskReadBytesPerSecond: 0,
    diskWriteBytesPerSecond: 0,
    networkRxBytesPerSecond: 0,
    networkTxBytesPerSecond: 0,
  },
}

it('says every half minute how each machine is, although nothing changed', async () => {
  await using host = await TestHost.open()
  await host.start()
  const vmId = await host.define()
  const { storage, machines, events, facts } = host.agent.context
  const beat = createHeartbeat({ storage, machines, events, logger, lookAtHost: facts })
  const { generation } = machines.require(vmId).record
  let hasSnapshot = false
  for await (const { event } of events.read({ lastEventId: null, signal: AbortSignal.timeout(20_000) })) {
    if (event.kind === 'host.snapshot') {
      hasSnapshot = true
      for (let i = 0; i < 15; i++) beat(round)
    }
    if (event.kind !== 'vm.observed' || !hasSnapshot) continue
    expect(event.vm).toMatchObject({ vmId, state: 'stopped', generation })
    return
  }
  throw new Error('the machine was not told of again')
})

it('tells what the host has become, each reader once, and nothing while it stays the same', async () => {
  await using host = await TestHost.open()
  await host.start()
  const { storage, machines, facts } = host.agent.context
  const [ended, told] = [new AbortController(), [] as (string | undefined)[]]
  // Of its own: the sampler of the agent beats too.
  const events = createEventStream({ snapshot: () => hostSnapshot({ facts, machines, storage }) })
  let kernel = 'before'
  const lookAtHost = async () => ({ ...(await facts()), kernel })
  const beat = createHeartbeat({ storage, machines, events, logger, lookAtHost })
  const listen = async (lastEventId: string | null) => {
    for await (const { event } of events.read({ lastEventId, signal: ended.signal }))
      if (event.kind === 'host.beat') told.push(event.facts?.kernel)
  }
  const readers = [listen(null)]
  await vi.waitFor(() => expect(events.readerCount()).toBe(1))
  /** Beats until something was told, then twice more. */
  const hearsAtLast = async (word: string) => {
    await vi.waitFor(() => {
      for (let i = 0; i < 15; i++) beat(round)
      expect(told).toContain(word)
    }, 20_000)
    for (const expected of [told.length + 1, told.length + 2])
      await vi.waitFor(() => {
        beat(round)
        expect(told.length).toBeGreaterThanOrEqual(expected)
      }, 5_000)
    expect(told.filter((each) => each === word)).toHaveLength(events.readerCount())
    expect(told.at(-1)).toBeUndefined()
    told.splice(0)
  }
  await hearsAtLast('before')
  kernel = 'after'
  await hearsAtLast('after')
  ended.abort()
  await Promise.all(readers)
})
