import { newUuid } from '@berth/core/ids/ids'
import { hostViewSchema } from '@berth/core/host/host'
import { operationViewSchema } from '@berth/core/operation/operation'
import { expect, it } from 'vitest'
import { attentionOf } from './attention.ts'

const at = (minute: number) => `2026-11-22T10:0${minute}:00Z`
const host = (name: string, state: 'online' | 'offline', freeBytes: number) =>
  hostViewSchema.parse({
    hostId: newUuid(),
    name,
    address: '10.0.0.1',
    state,
    stateSince: at(1),
    seenAt: at(1),
    clockSkewMs: 0,
    agentVersion: '1',
    agentFit: { kind: 'whole' },
    revokedAt: null,
    isInMaintenance: false,
    moveNetwork: null,
    facts: null,
    gauges: null,
    pools: [{ name: 'default', path: '/var', totalBytes: 100, freeBytes, committedBytes: 0, supportsDirectIo: true }],
    committed: { vcpus: 0, memoryBytes: 0, vmCount: 3, runningVmCount: 1 },
  })
const operation = (status: 'failed' | 'interrupted' | 'succeeded', minute: number) =>
  operationViewSchema.parse({
    operationId: newUuid(),
    kind: 'vm.start',
    title: `Start web-${minute}`,
    status,
    target: { vmId: null, imageId: null, hostId: null, name: 'web' },
    actor: { userId: null, name: 'ada', via: 'session' },
    phase: null,
    progress: null,
    progressText: null,
    error: { code: 'POOL_FULL', message: '1 GiB asked, 3 MiB free.', details: {} },
    isCancellable: false,
    createdAt: at(minute),
    startedAt: null,
    endedAt: at(minute),
    steps: [],
  })

it('names what failed with its reason, worst and newest first, and nothing that is well', () => {
  const items = attentionOf({
    vms: [],
    hosts: [host('host-a', 'offline', 50), host('host-b', 'online', 5), host('host-c', 'online', 50)],
    operations: [
      operation('failed', 3),
      operation('interrupted', 5),
      operation('succeeded', 9),
      operation('failed', 4),
    ],
  })
  expect(items.map(({ title }) => title)).toEqual([
    'Start web-4 failed',
    'Start web-3 failed',
    'host-a does not answer',
    'Start web-5 was interrupted, outcome unknown',
    'Pool default of host-b is 95 % full',
  ])
  expect(items[0]?.detail).toContain('3 MiB free')
})
