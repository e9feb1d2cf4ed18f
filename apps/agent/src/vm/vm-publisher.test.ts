import { newUuid, vmIdSchema } from '@berth/core/ids/ids'
import { vmSpecSchema } from '@berth/core/vm/vm-spec'
import type { VmObservation } from '@berth/core/vm/vm-observation'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { VmPublisher, writtenAhead } from './vm-publisher.ts'
import { vmRecordSchema, type VmRecord } from './vm-record.ts'

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 10, 22) }))
afterEach(() => void vi.useRealTimers())

const record: VmRecord = vmRecordSchema.parse({
  ...{ version: 1, vmId: vmIdSchema.parse(newUuid()), uid: 1_900_000_000, epoch: 1, generation: 1, specRevision: 1 },
  ...{ state: 'running', stateSince: new Date(0).toISOString(), pauseReason: null, run: null, lastExit: null },
  ...{ desiredPower: 'on', autostartBootId: null, sending: null, given: null, taken: null },
  spec: vmSpecSchema.parse({
    ...{ name: 'web', vcpus: 1, memoryBytes: 1024 ** 3, firmware: 'bios', machineType: 'pc-q35-7.2', hasScreen: true },
    disks: [{ volumeId: newUuid(), pool: 'default', format: 'qcow2', sizeBytes: 1024 ** 3, source: { kind: 'blank' } }],
    ...{ nics: [], cloudInit: null, desiredPower: 'on' },
  }),
})

/** A file that takes what is written when it is told to, and the agents that live on it one after the other. */
function openHost(disk: VmRecord) {
  let kept = disk
  const writes: (() => void)[] = []
  const told: VmObservation[] = []
  return {
    told,
    newest: () => Math.max(...told.map(({ generation }) => generation)),
    kept: () => kept,
    sync: async () => {
      await vi.advanceTimersByTimeAsync(0)
      for (const write of writes.splice(0)) write()
      await vi.advanceTimersByTimeAsync(0)
    },
    startAgent: () =>
      new VmPublisher({
        record: kept,
        logger: pino({ level: 'silent' }),
        onChange: (observation) => told.push(observation),
        store: {
          save: (next) =>
            new Promise<void>((resolve) => {
              writes.push(() => {
                kept = next
                resolve()
              })
            }),
        },
      }),
  }
}

const see = (publisher: VmPublisher, hostname: string): void =>
  publisher.sight({ guest: { isAgentConnected: true, hostname, osName: null, kernel: null } })

it('tells nothing that the file has not been written ahead of, through many changes', async () => {
  const host = openHost(record)
  const publisher = host.startAgent()
  see(publisher, 'first')
  await host.sync()
  for (let index = 0; index < 3_000; index++) {
    see(publisher, `guest-${index}`)
    expect(host.kept().generation).toBeGreaterThanOrEqual(host.newest())
    // A write takes as long as some changes.
    if (index % 100 === 0) await host.sync()
  }
})

it('begins higher than all that was told in a life of which nothing was written', async () => {
  const host = openHost(writtenAhead(record))
  const publisher = host.startAgent()
  see(publisher, 'web')
  see(publisher, 'web-1')
  // Killed. A start takes longer than this.
  await vi.advanceTimersByTimeAsync(3_000)
  expect(host.startAgent().observation().generation).toBeGreaterThan(host.newest())
})

it('goes on from the file when the clock was set back', () => {
  const ahead = { ...record, generation: 2 ** 29 }
  expect(openHost(ahead).startAgent().observation().generation).toBe(2 ** 29)
})
