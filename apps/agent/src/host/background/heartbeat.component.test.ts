import { expect, it } from 'vitest'
import { pino } from 'pino'
import type { SampleRound } from '../../metrics/sampler.ts'
import { TestHost } from '../../testing/test-host.ts'
import { createHeartbeat } from './heartbeat.ts'

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
  const { storage, machines, events } = host.agent.context
  const beat = createHeartbeat({ storage, machines, events, logger: pino({ level: 'silent' }) })
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
