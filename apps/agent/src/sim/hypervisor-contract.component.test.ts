/**
 * What the agent may rely on, whichever hypervisor is below it: the same tests on QEMU and on the simulated one. Nothing is
 * asked of a guest: the real machines here have none.
 */
import { newUuid, volumeIdSchema } from '@berth/core/ids/ids'
import { MiB } from '@berth/core/units/bytes'
import { screenshotSchema } from '@berth/core/vm/screenshot'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { useHypervisor } from '../hypervisor/hypervisor.ts'
import { linuxHypervisor } from '../hypervisor/linux-hypervisor.ts'
import { killProcess, scanProcesses } from '../qemu/process-identity.ts'
import { listRunDirs } from '../qemu/run-dir.ts'
import { TestHost } from '../testing/test-host.ts'
import { isSending, ownerBy, TwoHosts } from '../testing/two-hosts.ts'
import { SimWorld } from './sim-world.ts'

const vmEpoch = 1
const hypervisors = [
  { name: 'QEMU', make: () => linuxHypervisor },
  { name: 'simulated', make: () => new SimWorld().hypervisor },
]

describe.each(hypervisors)('$name', ({ make }) => {
  let used: Disposable
  beforeAll(() => {
    used = useHypervisor(make())
  })
  afterAll(() => used[Symbol.dispose]())

  describe('one host', () => {
    let host: TestHost
    beforeEach(async () => {
      host = await TestHost.open()
      await host.start()
    })
    afterEach(() => host[Symbol.asyncDispose]())

    it('starts, pauses, resumes, resets and stops a machine', async () => {
      const vmId = await host.defineAndStart()
      const on = await host.observe(vmId)
      expect(on).toMatchObject({ state: 'running', run: { qemuVersion: expect.stringMatching(/^\d+\.\d+\.\d+$/) } })
      expect(await scanProcesses(host.config.runDir)).toMatchObject([{ pid: on.run?.pid, vmId }])
      await host.run({ kind: 'vm.start', vmId, vmEpoch })
      await host.run({ kind: 'vm.pause', vmId, vmEpoch })
      expect(await host.observe(vmId)).toMatchObject({ state: 'paused', pauseReason: 'user' })
      await host.run({ kind: 'vm.resume', vmId, vmEpoch })
      await host.run({ kind: 'vm.reset', vmId, vmEpoch })
      expect(await host.observe(vmId)).toMatchObject({ state: 'running', run: on.run })
      await host.run({ kind: 'vm.stop', vmId, vmEpoch })
      expect(await host.observe(vmId)).toMatchObject({ state: 'stopped', run: null, lastExit: { reason: 'stopped' } })
      expect(await scanProcesses(host.config.runDir)).toEqual([])
      expect(await listRunDirs(host.config.runDir)).toEqual([])
    })

    it('says that a guest does not follow the power button', async () => {
      const vmId = await host.defineAndStart({ name: 'sim-deaf' })
      const asked = host.run({ kind: 'vm.shutdown', vmId, vmEpoch, timeoutMs: 1_000 })
      await expect(asked).rejects.toMatchObject({ code: 'GUEST_IGNORED_SHUTDOWN' })
      expect(await host.observe(vmId)).toMatchObject({ state: 'running' })
    })

    it('fails a start in QEMU’s words, and leaves nothing', async () => {
      const vmId = await host.define({ machineType: 'pc-q35-99.9' })
      const started = host.run({ kind: 'vm.start', vmId, vmEpoch })
      await expect(started).rejects.toMatchObject({
        code: 'QEMU_START_FAILED',
        message: expect.stringContaining('unsupported machine type'),
      })
      expect(await host.observe(vmId)).toMatchObject({ state: 'stopped', lastExit: { reason: 'start-failed' } })
      expect(await listRunDirs(host.config.runDir)).toEqual([])
    })

    it('finds a machine again after a restart of the agent, and knows when it is killed', async () => {
      const vmId = await host.defineAndStart()
      const before = await host.observe(vmId)
      await host.stop()
      await host.start()
      expect(await host.observe(vmId)).toMatchObject({ state: 'running', run: before.run })
      for (const identity of await scanProcesses(host.config.runDir)) await killProcess(identity)
      const gone = await host.until(vmId, ({ state }) => state === 'crashed')
      expect(gone.lastExit).toMatchObject({ reason: 'qemu-exited' })
      await host.run({ kind: 'vm.start', vmId, vmEpoch })
      expect((await host.observe(vmId)).run?.pid).not.toBe(before.run?.pid)
    })

    it('grows a disk that is in use, and makes another', async () => {
      const vmId = await host.defineAndStart()
      const [disk] = host.agent.context.machines.require(vmId).record.spec.disks
      if (disk === undefined) throw new Error('no disk')
      await host.run({ kind: 'volume.resize', vmId, vmEpoch, volumeId: disk.volumeId, sizeBytes: 128 * MiB })
      const more = { ...disk, volumeId: volumeIdSchema.parse(newUuid()) }
      const made = await host.run({ kind: 'volume.create', vmId, vmEpoch, disk: more })
      expect(made).toMatchObject({ virtualBytes: 64 * MiB })
    })

    it('measures it, and takes its picture', async () => {
      const vmId = await host.defineAndStart({ vcpus: 2 })
      const { sampler, events } = host.agent.context
      const sampled = async (): Promise<Record<string, number | undefined>> => {
        for await (const { event } of events.read({ lastEventId: null, signal: AbortSignal.timeout(15_000) })) {
          const sample = event.kind === 'vm.sampled' ? event.samples[vmId] : undefined
          if (sample?.values.diskWritesPerSecond === undefined) continue
          expect(sample.vcpuShares).toHaveLength(2)
          return sample.values
        }
        throw new Error('it was not sampled')
      }
      const values = await sampled()
      expect(values['cpuShare']).toBeGreaterThanOrEqual(0)
      expect(values['memoryHostBytes']).toBeGreaterThan(MiB)
      const nowMs = Date.now()
      const past = sampler.queryVm(vmId, { fromMs: nowMs - 60_000, toMs: nowMs, maxPoints: 100 })
      expect(past.series['cpuShare']?.mean.some((value) => value !== null)).toBe(true)
      const picture = screenshotSchema.parse(await host.calls.query('vm.screenshot', { vmId }))
      expect(Buffer.from(picture.pngBase64, 'base64').subarray(1, 4).toString()).toBe('PNG')
    })
  })

  describe('two hosts', () => {
    let hosts: TwoHosts
    beforeEach(async () => {
      hosts = await TwoHosts.open()
    })
    afterEach(() => hosts[Symbol.asyncDispose]())

    it('moves a running machine, and tells its figures', async () => {
      const vmId = await hosts.startCounter({ fillBytes: 0, dirtyBytes: 0 })
      const send = await hosts.begin(hosts.move(vmId))
      expect(await send.report()).toMatchObject({ status: 'succeeded' })
      expect(await ownerBy(hosts.target, vmId)).toEqual({ kind: 'mine', epoch: 2 })
      expect(await hosts.target.until(vmId, ({ state }) => state === 'running')).toMatchObject({ epoch: 2 })
      expect(await scanProcesses(hosts.source.config.runDir)).toEqual([])
    })

    it('calls a move off, and the machine stays', async () => {
      const vmId = await hosts.startCounter({ fillBytes: 24 * MiB, dirtyBytes: 0 }, { memoryBytes: 512 * MiB })
      const send = await hosts.begin(hosts.move(vmId), { bandwidthBytesPerSecond: 4 * MiB })
      await send.until(isSending)
      await send.cancel()
      expect(await send.report()).toMatchObject({ status: 'failed', error: { code: 'OPERATION_CANCELLED' } })
      expect(await hosts.source.observe(vmId)).toMatchObject({ state: 'running', epoch: 1 })
    })

    it('brings a disk into another pool, of a machine that is on and of one that is off', async () => {
      const { source } = hosts
      const vmId = await hosts.startCounter({ fillBytes: 0, dirtyBytes: 0 })
      const { disks } = source.agent.context.machines.require(vmId).record.spec
      const volumeId = disks[0]?.volumeId ?? ''
      const move = (toPool: string) =>
        source.run({
          ...{ kind: 'volume.move', vmId, vmEpoch, toPool, bandwidthBytesPerSecond: null, keepsOld: true },
          volumeId: volumeIdSchema.parse(volumeId),
        })
      await move('default')
      expect(await source.observe(vmId)).toMatchObject({ state: 'running', volumes: [{ volumeId }] })
      await source.run({ kind: 'vm.stop', vmId, vmEpoch })
      await move('fast')
      expect(await source.observe(vmId)).toMatchObject({ state: 'stopped', volumes: [{ volumeId }] })
      expect(source.agent.context.machines.require(vmId).record).toMatchObject({
        ...{ relocating: null, spec: { disks: [{ pool: 'fast' }] } },
      })
      expect(await scanProcesses(source.config.runDir)).toEqual([])
    })

    it('does not move with another key than the target was told', async () => {
      const vmId = await hosts.startCounter({ fillBytes: 0, dirtyBytes: 0 })
      const send = await hosts.begin(hosts.move(vmId), { tlsKey: 'f'.repeat(64) })
      expect(await send.report()).toMatchObject({ status: 'failed', error: { code: 'MOVE_FAILED' } })
      expect(await hosts.source.observe(vmId)).toMatchObject({ state: 'running', epoch: 1 })
    })
  })
})
