/** Disks go from pool to pool of one host: a real agent, real QEMUs, and guests that write all the time. */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { mkdtemp, readFile, rmdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stepReportSchema, type StepReport } from '@berth/core/agent-contract/step-report'
import { errorFromWire } from '@berth/core/errors/app-error'
import { newUuid, poolIdSchema } from '@berth/core/ids/ids'
import { KiB, MiB } from '@berth/core/units/bytes'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { killProcess, scanProcesses } from '../qemu/process-identity.ts'
import { queryJobs, switchToCopy } from '../qmp/commands/mirror-commands.ts'
import { GuestSerial } from '../testing/guest-serial.ts'
import { TravellingMachine } from '../testing/travelling-machine.ts'
import { firstEpoch, poolName, TwoHosts } from '../testing/two-hosts.ts'
import type { TestHost } from '../testing/test-host.ts'

let hosts: TwoHosts
let host: TestHost
let machine: TravellingMachine
beforeAll(async () => {
  hosts = await TwoHosts.open()
  host = hosts.source
})
afterAll(async () => {
  await hosts[Symbol.asyncDispose]()
})
afterEach(async () => {
  await machine.stop(host).catch(() => undefined)
})

const bootMs = 60_000
const own = 'default'

const pathIn = (pool: string): string => {
  const { vmId, disk } = machine
  const root = pool === own ? join(host.config.dataDir, 'pools', own) : hosts.poolPath
  return join(root, 'volumes', vmId, `${disk.volumeId}.${disk.format}`)
}
const filesOf = (): string[] => [own, poolName].filter((pool) => existsSync(pathIn(pool)))

/** One that runs, writes, and has printed so many numbers. */
async function startWriting(made: Parameters<typeof TravellingMachine.start>[1]): Promise<void> {
  machine = await TravellingMachine.start(hosts, made)
  await using serial = await GuestSerial.open(host, machine.vmId)
  await serial.waitFor(/#0010/, bootMs)
}

const bringImage = (pool = poolName) => host.run({ kind: 'image.copy', imageId: machine.imageId, pool })

const command = (toPool: string, bandwidthBytesPerSecond: number | null = null, keepsOld = true) => ({
  ...{ kind: 'volume.move' as const, vmId: machine.vmId, vmEpoch: firstEpoch, volumeId: machine.disk.volumeId },
  ...{ toPool, bandwidthBytesPerSecond, keepsOld },
})
const move = (toPool: string) => host.run(command(toPool))

/** As the panel's step, so that it can be cancelled, or outlived. */
class MoveStep {
  readonly #key = { operationId: newUuid(), step: 'move', attempt: 1 }

  async begin(toPool: string, bytesPerSecond: number): Promise<void> {
    const asked = { ...this.#key, epoch: 1, command: command(toPool, bytesPerSecond), waitMs: 0 }
    await host.calls.mutate('step.run', asked)
    await vi.waitFor(async () => expect(await copied()).toBeGreaterThan(0), { timeout: 10_000, interval: 20 })
  }

  async report(): Promise<StepReport> {
    return stepReportSchema.parse(await host.calls.query('step.wait', { ...this.#key, waitMs: 30_000 }))
  }

  async cancel(): Promise<void> {
    await host.calls.mutate('step.cancel', this.#key)
  }
}

async function jobs() {
  let found: Awaited<ReturnType<typeof queryJobs>> = []
  await host.withExpert(machine.vmId, async (qmp) => {
    found = await queryJobs(qmp)
  })
  return found
}
const copied = async (): Promise<number> => (await jobs()).at(0)?.['current-progress'] ?? 0

/** How far the guest has counted, once it has counted on. */
async function countedOn(): Promise<number> {
  await using serial = await GuestSerial.open(host, machine.vmId)
  const count = (): number =>
    Math.max(
      -1,
      ...[...serial.received.matchAll(/#([0-9a-f]{4})\r\n/g)].map(([, hex]) => Number.parseInt(hex ?? '', 16)),
    )
  await serial.waitFor(/#[0-9a-f]{4}\r\n/, bootMs)
  const before = count()
  await vi.waitFor(() => expect(count()).toBeGreaterThan(before + 3), { timeout: 20_000, interval: 50 })
  return count()
}

/** Nothing was lost, nothing is left of it, and the record says the pool that has the disk. */
async function expectWhole(pool: string, last: number): Promise<void> {
  expect(filesOf()).toEqual([pool])
  expect(host.agent.context.machines.require(machine.vmId).record).toMatchObject({
    relocating: null,
    spec: { disks: [{ pool }] },
  })
  expect(await machine.read(host, { epoch: firstEpoch, last, path: pathIn(pool) })).toEqual({
    missing: [],
    isRestSame: true,
  })
}

describe('a disk of a running machine', { timeout: 120_000 }, () => {
  it('goes into a shared pool and back while its guest writes, over its image, and is grown there', async () => {
    await startWriting({ mode: 'overlay' })
    await bringImage()
    const pid = (await host.observe(machine.vmId)).run?.pid
    expect(await move(poolName)).toMatchObject({ virtualBytes: machine.disk.sizeBytes })
    expect(await machine.trashOn(host)).toHaveLength(1)
    await countedOn()
    const sizeBytes = machine.disk.sizeBytes + 8 * MiB
    const { vmId, disk } = machine
    await host.run({ kind: 'volume.resize', vmId, vmEpoch: firstEpoch, volumeId: disk.volumeId, sizeBytes })
    const { spec } = host.agent.context.machines.require(vmId).record
    const grown = { ...spec, disks: spec.disks.map((each) => ({ ...each, sizeBytes })) }
    await host.run({ kind: 'vm.define', vmId, vmEpoch: firstEpoch, revision: 2, spec: grown })
    await move(own)
    await move(poolName)
    // Asked again it is there, and nothing is done.
    await move(poolName)
    const seen = await host.observe(vmId)
    expect(seen).toMatchObject({ state: 'running', run: { pid } })
    expect(await jobs()).toEqual([])
    await expectWhole(poolName, await countedOn())
  })

  it('of format raw goes, stands alone afterwards as before, and starts from there', async () => {
    await startWriting({ mode: 'copy', format: 'raw' })
    await host.run(command(poolName, null, false))
    // Its room is free at once.
    expect(await machine.trashOn(host)).toEqual([])
    const last = await countedOn()
    await expectWhole(poolName, last)
    await host.run({ kind: 'vm.start', vmId: machine.vmId, vmEpoch: firstEpoch })
    await countedOn()
  })

  it('moves to another host afterwards: its copy there has every write', async () => {
    await startWriting({ mode: 'overlay', baseOn: [hosts.target] })
    await bringImage()
    await move(poolName)
    await move(own)
    const report = await (await hosts.begin(hosts.move(machine.vmId), { disks: machine.overBase })).report()
    expect(report).toMatchObject({ status: 'succeeded' })
    await hosts.target.run({ kind: 'vm.stop', vmId: machine.vmId, vmEpoch: firstEpoch + 1 })
  })

  it('stays where it is when the image that it lies on is not in the other pool', async () => {
    await startWriting({ mode: 'overlay' })
    await expect(move(poolName)).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' })
    await expectWhole(own, await countedOn())
  })

  it('stays where it is when that is cancelled, and goes when it is asked again', async () => {
    await startWriting({ mode: 'copy' })
    const step = new MoveStep()
    await step.begin(poolName, 512 * KiB)
    const pool = { poolId: hosts.poolId, name: poolName, path: hosts.poolPath, hostId: hosts.idOf(host), isLast: false }
    await expect(host.run({ kind: 'pool.detach', ...pool })).rejects.toMatchObject({ code: 'POOL_IN_USE' })
    await step.cancel()
    expect(await step.report()).toMatchObject({ status: 'failed', error: { code: 'OPERATION_CANCELLED' } })
    expect(filesOf()).toEqual([own])
    expect(await jobs()).toEqual([])
    await countedOn()
    await move(poolName)
    await expectWhole(poolName, await countedOn())
  })

  it('stays where it is when its QEMU is killed, and goes when it is off', async () => {
    await startWriting({ mode: 'copy' })
    const step = new MoveStep()
    await step.begin(poolName, 512 * KiB)
    const running = (await scanProcesses(host.config.runDir)).find(({ vmId }) => vmId === machine.vmId)
    if (running) await killProcess(running)
    expect(await step.report()).toMatchObject({ status: 'failed' })
    await vi.waitFor(() => expect(filesOf()).toEqual([own]), 10_000)
    await move(poolName)
    await expectWhole(poolName, 0)
  })
})

describe.runIf(process.getuid?.() === 0)('a pool that runs full meanwhile', { timeout: 120_000 }, () => {
  it('keeps nothing of the disk, whose guest runs on where it is', async () => {
    const path = await mkdtemp(join(tmpdir(), 'berth-small-'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=400m,mode=755', 'tmpfs', path])
    try {
      const poolId = poolIdSchema.parse(newUuid())
      await host.run({ kind: 'pool.attach', poolId, name: 'small', path, hostId: hosts.idOf(host), isFirst: true })
      await startWriting({ mode: 'copy' })
      const step = new MoveStep()
      await step.begin('small', 2 * MiB)
      execFileSync('sh', ['-c', 'cat /dev/zero 2>/dev/null > "$0" || true', join(path, 'filler')])
      expect(await step.report()).toMatchObject({ status: 'failed', error: { code: 'POOL_FULL' } })
      expect(await jobs()).toEqual([])
      await vi.waitFor(() => expect(existsSync(join(path, 'volumes', machine.vmId))).toBe(false), 10_000)
      await expectWhole(own, await countedOn())
    } finally {
      execFileSync('umount', ['--lazy', path])
      await rmdir(path)
    }
  })
})

describe('an agent that is killed meanwhile', { timeout: 120_000 }, () => {
  it('while the disk is copied: the next one ends that, and the disk is where it was', async () => {
    await startWriting({ mode: 'copy' })
    await new MoveStep().begin(poolName, 512 * KiB)
    await host.stop()
    expect(await copied()).toBeGreaterThan(0)
    await host.start()
    await vi.waitFor(() => expect(filesOf()).toEqual([own]), 10_000)
    expect(await jobs()).toEqual([])
    await move(poolName)
    await expectWhole(poolName, await countedOn())
  })

  it('of a machine that is off: it is as it was, and says nothing of a start', async () => {
    await startWriting({ mode: 'copy' })
    const last = await countedOn()
    await machine.stop(host)
    const { lastExit } = await host.observe(machine.vmId)
    await new MoveStep().begin(poolName, 512 * KiB)
    await host.stop()
    await host.start()
    expect(filesOf()).toEqual([own])
    expect(await scanProcesses(host.config.runDir)).toEqual([])
    expect(await host.observe(machine.vmId)).toMatchObject({ state: 'stopped', run: null, lastExit })
    await expectWhole(own, last)
  })

  it('between its record and QEMU: the guest, which waits, goes on with the copy', async () => {
    await startWriting({ mode: 'copy' })
    await new MoveStep().begin(poolName, 8 * MiB)
    const { record } = host.agent.context.machines.require(machine.vmId)
    await host.stop()
    await host.withExpert(machine.vmId, async (qmp) => {
      const status = async () => (await queryJobs(qmp))[0]?.status
      await vi.waitFor(async () => expect(await status()).toBe('ready'), { timeout: 30_000, interval: 50 })
      await switchToCopy(qmp, 'relocate-disk0-b')
      await vi.waitFor(async () => expect(await status()).toBe('pending'), { timeout: 10_000, interval: 20 })
    })
    await writeAhead(record.vmId)
    await host.start()
    const last = await countedOn()
    await vi.waitFor(() => expect(filesOf()).toEqual([poolName]), 10_000)
    expect(await jobs()).toEqual([])
    await expectWhole(poolName, last)
  })

  it('before QEMU could be told, which it was not: the record is put right by what QEMU has', async () => {
    await startWriting({ mode: 'copy' })
    await new MoveStep().begin(poolName, 512 * KiB)
    await host.stop()
    await host.withExpert(machine.vmId, async (qmp) => {
      await qmp.execute('block-job-cancel', { device: 'relocate-disk0-b', force: true })
      const status = async () => (await queryJobs(qmp))[0]?.status
      await vi.waitFor(async () => expect(await status()).toBe('concluded'), { timeout: 10_000, interval: 20 })
    })
    await writeAhead(machine.vmId)
    await host.start()
    await vi.waitFor(() => expect(filesOf()).toEqual([own]), 10_000)
    await expectWhole(own, await countedOn())
  })
})

/** The record as the killed agent would have written it a moment later. */
async function writeAhead(vmId: string): Promise<void> {
  const path = join(host.config.dataDir, 'vms', vmId, 'vm.json')
  const text = (await readFile(path, 'utf8')).replaceAll(`"pool": "${own}"`, `"pool": "${poolName}"`)
  await writeFile(path, text.replace('"diskNodes": {}', `"diskNodes": {"${machine.disk.volumeId}": "disk0-b"}`))
}

describe('a disk of a machine that is off', { timeout: 120_000 }, () => {
  it('goes without its guest being started, and is refused with the reason where it cannot', async () => {
    await startWriting({ mode: 'overlay' })
    const last = await countedOn()
    await machine.stop(host)
    const refused = host.report(command('nowhere'))
    expect(errorFromWire(Reflect.get(await refused, 'error')).code).toBe('OBJECT_NOT_FOUND')
    await bringImage()
    await move(poolName)
    expect(await scanProcesses(host.config.runDir)).toEqual([])
    expect(await host.observe(machine.vmId)).toMatchObject({ state: 'stopped', run: null })
    await expectWhole(poolName, last)
    // A panel that has not heard of it changes something else: the disk is where the host has it.
    const { spec } = host.agent.context.machines.require(machine.vmId).record
    const old = { ...spec, vcpus: 2, disks: [{ ...machine.disk, pool: own }] }
    await host.run({ kind: 'vm.define', vmId: machine.vmId, vmEpoch: firstEpoch, revision: 2, spec: old })
    expect(readdirSync(join(host.config.dataDir, 'pools/default/volumes'))).not.toContain(machine.vmId)
    await host.run({ kind: 'vm.start', vmId: machine.vmId, vmEpoch: firstEpoch })
    await countedOn()
  })
})
