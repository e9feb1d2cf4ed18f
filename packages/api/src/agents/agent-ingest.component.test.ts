import { describe, expect, it, vi } from 'vitest'
import type { AgentEvent, HostSnapshot } from '@berth/core/agent-contract/agent-events'
import { hostFactsSchema } from '@berth/core/host/host'
import { vmIdSchema } from '@berth/core/ids/ids'
import type { VmObservation } from '@berth/core/vm/vm-observation'
import { FakeHost } from '../workflows/testing/fake-host.ts'
import { insertTestHost } from '../operation/testing/operation-fixture-repo.ts'
import { makeOperationWorld, silentLog, type OperationWorld } from '../operation/testing/operation-world.ts'
import { AgentIngest, type Gauges } from './agent-ingest.ts'
import { markSilentHosts, touchHosts } from './host-link-repo.ts'
import { LiveFiguresStore } from './live-figures-store.ts'
import { PlacedMachines } from './placed-machines.ts'
import { writeObservation } from './vm-observed-repo.ts'

const at = '2026-11-22T12:00:00.000Z'

const seenAs = (vmId: string, changes: Partial<VmObservation> = {}): VmObservation => ({
  vmId: vmIdSchema.parse(vmId),
  epoch: 1,
  generation: 1,
  specRevision: 1,
  state: 'stopped',
  stateSince: at,
  pauseReason: null,
  silentSince: null,
  run: null,
  lastExit: null,
  addresses: [],
  guest: { isAgentConnected: false, hostname: null, osName: null, kernel: null },
  volumes: [],
  ...changes,
})

const gauges = {
  at,
  cpuShare: 0.25,
  loadAverage1m: 1,
  memoryUsedBytes: 1,
  memoryAvailableBytes: 2,
  diskReadBytesPerSecond: 0,
  diskWriteBytesPerSecond: 0,
  networkRxBytesPerSecond: 0,
  networkTxBytesPerSecond: 0,
}

const snapshotOf = (vms: VmObservation[]): HostSnapshot => ({
  facts: {
    hostname: 'host-a',
    osName: 'Debian 12',
    kernel: '6.1',
    architecture: 'x86_64',
    cpuModel: 'cpu',
    cpuCount: 2,
    memoryBytes: 4,
    bootId: 'boot-1',
    bootedAt: at,
    isRoot: true,
    qemuVersion: '7.2',
    qemuPath: '/usr/bin/qemu-system-x86_64',
    defaultMachineType: 'pc-q35-7.2',
    machineTypes: [],
    acceleration: { kind: 'tcg', reason: 'no vmx' },
    firmwares: ['bios'],
    networkKinds: ['user'],
    nics: [],
    checks: [],
  },
  vms,
  pools: [
    {
      name: 'default',
      path: '/p',
      totalBytes: 10,
      freeBytes: 5,
      committedBytes: 1,
      supportsDirectIo: true,
      shared: null,
      problem: null,
    },
  ],
  images: [],
  at,
})

function makeIngest(world: OperationWorld) {
  const told: Gauges[] = []
  const live = new LiveFiguresStore()
  const ingest = new AgentIngest({
    db: world.db,
    live,
    log: silentLog,
    tellGauges: (each) => told.push(each),
    tellMove: () => undefined,
  })
  const receive = (event: AgentEvent): void => ingest.received(world.host.hostId, event)
  return { told, live, receive, ingest }
}

const seen = async (world: OperationWorld, vmId: string) => {
  const row = await world.db.vmObserved.findUnique({ where: { vmId } })
  return row && `${row.epoch}.${row.generation} ${row.state}`
}

describe('what agents tell', () => {
  it('keeps the newest epoch and generation, whatever order they come in', async () => {
    await using world = await makeOperationWorld()
    const vmId = await world.addVm()
    const write = (changes: Partial<VmObservation>) =>
      writeObservation(world.db, { hostId: world.host.hostId, bootId: 'b', vm: seenAs(vmId, changes) })
    expect(await write({ generation: 5, state: 'running' })).toBe(true)
    expect(await write({ generation: 4, state: 'stopped' })).toBe(false)
    expect(await write({ generation: 5, state: 'stopped' })).toBe(false)
    expect(await write({ epoch: 2, generation: 1, state: 'paused' })).toBe(true)
    expect(await write({ epoch: 1, generation: 99, state: 'crashed' })).toBe(false)
    expect(await seen(world, vmId)).toBe('2.1 paused')
    expect(await world.db.event.count({ where: { kind: 'vm.changed', vmId } })).toBe(2)
  })

  it('does not believe a host that speaks of another one’s machine', async () => {
    await using world = await makeOperationWorld()
    const vmId = await world.addVm()
    const liar = new FakeHost()
    await insertTestHost(world.db, liar.hostId)
    const vm = seenAs(vmId, { epoch: 9 })
    expect(await writeObservation(world.db, { hostId: liar.hostId, bootId: 'b', vm })).toBe(false)
    expect(await seen(world, vmId)).toBeNull()
  })

  it('writes what a guest calls itself, though the database cannot hold it, and its neighbours too', async () => {
    await using world = await makeOperationWorld()
    const [hostile, neighbour] = [await world.addVm({ name: 'hostile' }), await world.addVm({ name: 'neighbour' })]
    const { receive } = makeIngest(world)
    const guest = { isAgentConnected: true, hostname: 'a\0b\ud800', osName: null, kernel: null }
    receive({ kind: 'host.snapshot', snapshot: snapshotOf([seenAs(hostile, { guest }), seenAs(neighbour)]) })
    await vi.waitFor(async () => expect(await seen(world, neighbour)).toBe('1.1 stopped'), 5_000)
    const row = await world.db.vmObserved.findUnique({ where: { vmId: hostile } })
    expect(row?.observed).toMatchObject({ guest: { hostname: 'a\ufffdb\ufffd' } })
  })

  it('writes what a host has become since its snapshot', async () => {
    await using world = await makeOperationWorld()
    const { receive } = makeIngest(world)
    const { facts, ...rest } = snapshotOf([])
    receive({ kind: 'host.snapshot', snapshot: { facts, ...rest } })
    receive({ kind: 'host.beat', gauges, pools: rest.pools, facts: { ...facts, qemuVersion: '8.0' } })
    const qemuVersion = async () => {
      const row = await world.db.host.findUniqueOrThrow({ where: { id: world.host.hostId } })
      return hostFactsSchema.parse(row.facts).qemuVersion
    }
    await vi.waitFor(async () => expect(await qemuVersion()).toBe('8.0'), 5_000)
    // A snapshot is newer than what was told before it.
    receive({ kind: 'host.beat', gauges, pools: rest.pools, facts: { ...facts, qemuVersion: '8.1' } })
    receive({ kind: 'host.snapshot', snapshot: { facts: { ...facts, qemuVersion: '8.2' }, ...rest } })
    await vi.waitFor(async () => expect(await qemuVersion()).toBe('8.2'), 5_000)
  })

  it('writes the neighbours of a machine that the database does not take', async () => {
    await using world = await makeOperationWorld()
    const [bad, neighbour] = [await world.addVm({ name: 'bad' }), await world.addVm({ name: 'neighbour' })]
    const { receive } = makeIngest(world)
    const vms = [seenAs(bad, { generation: 2 ** 40 }), seenAs(neighbour)]
    receive({ kind: 'host.snapshot', snapshot: snapshotOf(vms) })
    await vi.waitFor(async () => expect(await seen(world, neighbour)).toBe('1.1 stopped'), 10_000)
    expect(await seen(world, bad)).toBeNull()
  })

  it('takes a snapshot for all there is, and forgets what is not in it', async () => {
    await using world = await makeOperationWorld()
    const stays = await world.addVm({ name: 'stays' })
    const goes = await world.addVm({ name: 'goes' })
    const { receive } = makeIngest(world)
    receive({ kind: 'host.snapshot', snapshot: snapshotOf([seenAs(stays), seenAs(goes)]) })
    await vi.waitFor(async () => expect(await seen(world, goes)).toBe('1.1 stopped'))
    receive({ kind: 'host.snapshot', snapshot: snapshotOf([seenAs(stays, { generation: 2, state: 'running' })]) })
    await vi.waitFor(async () => expect(await seen(world, goes)).toBeNull())
    expect(await seen(world, stays)).toBe('1.2 running')
    await vi.waitFor(async () => expect(await world.db.pool.count()).toBe(1))
    const host = await world.db.host.findUnique({ where: { id: world.host.hostId } })
    expect(host).toMatchObject({ bootId: 'boot-1', facts: { hostname: 'host-a' } })
  })

  it('passes figures on and keeps the newest in memory', async () => {
    await using world = await makeOperationWorld()
    const { receive, live, told } = makeIngest(world)
    receive({ kind: 'host.beat', gauges, pools: [] })
    const vmId = vmIdSchema.parse(await world.addVm())
    const sample = { values: { cpuShare: 0.5 }, vcpuShares: [0.5] }
    receive({ kind: 'vm.sampled', at, samples: { [vmId]: sample } })
    expect(live.gaugesOf(world.host.hostId)).toEqual(gauges)
    await vi.waitFor(() => expect(live.sampleOf(vmId)).toEqual(sample))
    expect(told.map((each) => [each.host !== null, Object.keys(each.vms)])).toEqual([
      [true, []],
      [false, [vmId]],
    ])
    await vi.waitFor(async () => expect(await world.db.event.count({ where: { kind: 'host.changed' } })).toBe(1))
  })
})

describe('figures', () => {
  it('of another host’s machine are neither kept nor told', async () => {
    await using world = await makeOperationWorld()
    const [vmId, other] = [
      vmIdSchema.parse(await world.addVm()),
      vmIdSchema.parse(await world.addVm({ name: 'other' })),
    ]
    const liar = new FakeHost()
    await insertTestHost(world.db, liar.hostId)
    await world.db.vm.update({ where: { id: other }, data: { hostId: liar.hostId } })
    const { ingest, live, told } = makeIngest(world)
    const sampleOf = (cpuShare: number) => ({ values: { cpuShare }, vcpuShares: [cpuShare] })
    ingest.received(liar.hostId, { kind: 'vm.sampled', at, samples: { [vmId]: sampleOf(1), [other]: sampleOf(0.25) } })
    await vi.waitFor(() => expect(live.sampleOf(other)).toEqual(sampleOf(0.25)))
    expect(live.sampleOf(vmId)).toBeNull()
    expect(told.map((each) => Object.keys(each.vms))).toEqual([[other]])
  })

  it('are the new host’s to tell once a machine has moved', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    try {
      let placed = ['stays']
      let reads = 0
      const machines = new PlacedMachines(() => Promise.resolve([`${(reads += 1)}`, ...placed]))
      expect(await machines.ownOf('a', { stays: 1, comes: 2 })).toEqual({ stays: 1 })
      placed = ['stays', 'comes']
      expect(await machines.ownOf('a', { stays: 1, comes: 2 })).toEqual({ stays: 1 })
      vi.advanceTimersByTime(1_000)
      expect(await machines.ownOf('a', { stays: 1, comes: 2 })).toEqual({ stays: 1, comes: 2 })
      placed = ['stays']
      vi.advanceTimersByTime(10_000)
      expect(await machines.ownOf('a', { stays: 1, comes: 2 })).toEqual({ stays: 1 })
      expect(reads).toBe(3)
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('hosts', () => {
  it('go offline when nobody heard them, come back, and their machines are told of both', async () => {
    await using world = await makeOperationWorld()
    const vmId = await world.addVm()
    const { hostId } = world.host
    await touchHosts(world.db, [hostId])
    expect(await markSilentHosts(world.db, 10_000)).toEqual([])
    await world.db.$executeRaw`UPDATE host SET seen_at = now() - interval '11 seconds'`
    expect(await markSilentHosts(world.db, 10_000)).toEqual([hostId])
    expect(await markSilentHosts(world.db, 10_000)).toEqual([])
    await touchHosts(world.db, [hostId])
    expect(await world.db.host.findUnique({ where: { id: hostId } })).toMatchObject({ state: 'online' })
    const kinds = await world.db.event.findMany({ orderBy: { position: 'asc' }, select: { kind: true, vmId: true } })
    expect(kinds).toEqual([
      { kind: 'host.changed', vmId: null },
      { kind: 'vm.changed', vmId },
      { kind: 'host.changed', vmId: null },
      { kind: 'vm.changed', vmId },
    ])
  })
})
