/** A running machine moves between two real agents, by real QEMUs over TLS. */
import { setTimeout as pause } from 'node:timers/promises'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { metricsAnswerSchema } from '@berth/core/metrics/metric-series'
import { moveReportSchema } from '@berth/core/migration/move-progress'
import { MiB } from '@berth/core/units/bytes'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { scanProcesses } from '../qemu/process-identity.ts'
import { queryMigrate } from '../qmp/commands/move-commands.ts'
import type { QmpClient } from '../qmp/qmp-client.ts'
import { GuestSerial } from '../testing/guest-serial.ts'
import type { TestHost } from '../testing/test-host.ts'
import { firstEpoch, SendStep, TwoHosts } from '../testing/two-hosts.ts'
import { TwoWatch } from '../testing/two-watch.ts'

let hosts: TwoHosts
beforeAll(async () => {
  hosts = await TwoHosts.open()
})
afterAll(async () => {
  await hosts[Symbol.asyncDispose]()
})

const smallDisc = { fillBytes: 16 * MiB, dirtyBytes: 0 }
const bootMs = 60_000

/** The numbers that the guest printed, in order. */
const countsIn = (text: string): number[] =>
  [...text.matchAll(/#([0-9a-f]{4})\r\n/g)].map(([, digits]) => Number.parseInt(digits ?? '', 16))

it(
  'moves with its counter unbroken, never running twice, and leaves nothing behind',
  { timeout: 120_000 },
  async () => {
    const { source, target } = hosts
    const cloudInit = { user: 'joe', sshKeys: [], password: 'a secret of the guest' }
    const vmId = await hosts.startCounter(smallDisc, { cloudInit, firmware: 'bios' })
    const before = await source.observe(vmId)
    const seed = readFileSync(join(source.config.dataDir, 'vms', vmId, 'seed.iso'))
    await using there = await GuestSerial.open(source, vmId)
    await there.waitFor(/#0010/, bootMs)
    await using watch = new TwoWatch(vmId, hosts)
    const move = hosts.move(vmId)
    const step = await hosts.begin(move)
    const ended = await step.report()
    expect(ended).toMatchObject({ status: 'succeeded', result: { passes: expect.any(Array) as unknown } })
    await using here = await GuestSerial.open(target, vmId)
    await here.waitFor(/(#[0-9a-f]{4}\r\n){20}/, bootMs)
    const counts = countsIn(here.received)
    expect(counts).toEqual(counts.map((_, index) => index))

    expect(await hosts.owners(vmId)).toEqual({
      source: { kind: 'given', epoch: 2, hostId: hosts.idOf(target), isTaken: true },
      target: { kind: 'mine', epoch: 2 },
    })
    const after = await target.observe(vmId)
    expect(after).toMatchObject({ state: 'running', epoch: 2, run: { startedAt: before.run?.startedAt } })
    expect(await scanProcesses(source.config.runDir)).toEqual([])
    expect(readdirSync(source.config.runDir)).toEqual([])
    while (readdirSync(target.config.runDir).length > 1) await pause(20)
    expect(existsSync(join(source.config.dataDir, 'vms', vmId))).toBe(false)
    expect(readFileSync(join(target.config.dataDir, 'vms', vmId, 'seed.iso')).equals(seed)).toBe(true)
    await expect(source.calls.query('vm.observe', { vmId })).rejects.toMatchObject({ code: 'VM_NOT_FOUND' })
    await pause(200)
    expect(watch).toMatchObject({ bothRan: 0 })
    expect(watch.ranOnTarget).toBeGreaterThan(0)

    // Repeated, it says the same; the old epoch is nobody's any more.
    expect(await hosts.sendAgain(move)).toMatchObject({
      status: 'succeeded',
      result: Reflect.get(ended, 'result') as unknown,
    })
    const stale = target.run({ kind: 'vm.stop', vmId, vmEpoch: firstEpoch })
    await expect(stale).rejects.toMatchObject({ code: 'EPOCH_STALE' })
    const [disk] = before.volumes
    if (disk === undefined) throw new Error('the machine has no disk')
    const gone = source.run({ kind: 'volume.delete', vmId, vmEpoch: firstEpoch, volumeId: disk.volumeId })
    await expect(gone).rejects.toMatchObject({ code: 'EPOCH_STALE' })

    const back = hosts.move(vmId, { vmEpoch: 2, from: target, to: source })
    expect(await (await hosts.begin(back)).report()).toMatchObject({ status: 'succeeded' })
    expect(await hosts.owners(vmId)).toMatchObject({
      source: { kind: 'mine', epoch: 3 },
      target: { kind: 'given', epoch: 3, isTaken: true },
    })
    await source.run({ kind: 'vm.stop', vmId, vmEpoch: 3 })
  },
)

it('takes its serial history, its figures and its last picture along', { timeout: 120_000 }, async () => {
  const { source, target } = hosts
  const vmId = await hosts.startCounter(smallDisc, { hasScreen: true })
  await using there = await GuestSerial.open(source, vmId)
  await there.waitFor(/#0010/, bootMs)
  const figuresOn = async (host: TestHost): Promise<(number | null)[]> => {
    const query = { fromMs: Date.now() - 60_000, toMs: Date.now(), maxPoints: 600 }
    const answer = metricsAnswerSchema.parse(await host.calls.query('vm.metrics', { vmId, query }))
    return answer.series['memoryHostBytes']?.mean ?? []
  }
  const measured = (figures: (number | null)[]): number => figures.filter((value) => value !== null).length
  while (measured(await figuresOn(source)) < 3) await pause(200)
  const shot = await source.calls.query('vm.screenshot', { vmId })
  expect(await (await hosts.begin(hosts.move(vmId))).report()).toMatchObject({ status: 'succeeded' })

  const brought = measured(await figuresOn(target))
  expect(brought).toBeGreaterThanOrEqual(3)
  while (measured(await figuresOn(target)) < brought + 2) await pause(200)
  const figures = await figuresOn(target)
  const [first, last] = [(value: number | null) => value !== null].flatMap((is) => [
    figures.findIndex(is),
    figures.findLastIndex(is),
  ])
  const holes = figures.slice(first, last).map((value) => (value === null ? '.' : '#'))
  expect(holes.join('')).not.toContain('...')
  expect(await target.calls.query('vm.lastScreenshot', { vmId })).toEqual({ screenshot: shot })
  await using here = await GuestSerial.open(target, vmId)
  await here.waitFor(/#0010/, bootMs)
  expect(here.received.startsWith(there.received.slice(0, 100))).toBe(true)
  expect(readdirSync(join(target.config.dataDir, 'vms', vmId)).filter((name) => name.startsWith('arriving'))).toEqual(
    [],
  )
  await target.run({ kind: 'vm.stop', vmId, vmEpoch: 2 })
})

it('moves a machine of UEFI with its variables', { timeout: 120_000 }, async () => {
  const { source, target } = hosts
  const nvramOn = (host: TestHost): Buffer => readFileSync(join(host.config.dataDir, 'vms', vmId, 'nvram.fd'))
  const vmId = await hosts.startCounter(smallDisc, { firmware: 'uefi', memoryBytes: 256 * MiB })
  await using serial = await GuestSerial.open(source, vmId)
  // Its firmware has drawn its first screen, and has written what it found of the machine.
  await serial.waitFor(/\x1b\[/, bootMs)
  await source.run({ kind: 'vm.pause', vmId, vmEpoch: firstEpoch })
  const nvram = nvramOn(source)
  expect(await (await hosts.begin(hosts.move(vmId))).report()).toMatchObject({ status: 'succeeded' })
  // Before it ran there: QEMU itself writes them only then.
  expect(await target.observe(vmId)).toMatchObject({ state: 'paused' })
  expect(nvramOn(target).equals(nvram)).toBe(true)
  await target.run({ kind: 'vm.resume', vmId, vmEpoch: 2 })
  await target.run({ kind: 'vm.stop', vmId, vmEpoch: 2 })
})

it('reports what QEMU counts itself: bytes within 2 %', { timeout: 120_000 }, async () => {
  const { source, target } = hosts
  const vmId = await hosts.startCounter({ fillBytes: 16 * MiB, dirtyBytes: MiB })
  await using there = await GuestSerial.open(source, vmId)
  await there.waitFor(/#0008/, bootMs)
  const step = await hosts.begin(hosts.move(vmId), { bandwidthBytesPerSecond: 16 * MiB })
  let countedBytes = 0
  const count = async (qmp: QmpClient): Promise<void> => {
    // Until it is ended, because the machine has moved.
    for (;;) countedBytes = (await queryMigrate(qmp)).ram?.transferred ?? countedBytes
  }
  await expect(source.withExpert(vmId, count)).rejects.toMatchObject({
    code: expect.stringMatching(/^QMP_/) as unknown,
  })
  const ended = await step.report()
  const { transferredBytes, passes } = moveReportSchema.parse(Reflect.get(ended, 'result'))
  expect(countedBytes).toBeGreaterThan(16 * MiB)
  expect(Math.abs(transferredBytes / countedBytes - 1)).toBeLessThan(0.02)
  expect(passes.length).toBeGreaterThan(1)
  await target.run({ kind: 'vm.stop', vmId, vmEpoch: 2 })
})

describe('a network for moves', () => {
  it('is where the target waits, and the only place', { timeout: 120_000 }, async () => {
    const vmId = await hosts.startCounter(smallDisc)
    const move = hosts.move(vmId)
    const network = '127.0.0.0/8'
    const listener = await hosts.prepare(move, {}, { network })
    expect(listener.memory.host).toBe('127.0.0.1')
    const { port } = listener.memory
    const socket = listeningSockets().find((line) =>
      line.includes(`:${port.toString(16).padStart(4, '0').toUpperCase()} `),
    )
    expect(socket, 'bound to that address alone').toMatch(/ 0100007F:/)
    await hosts.sendBy(move.from.calls, { move, ...listener })
    expect(await new SendStep(move, 1).report()).toMatchObject({ status: 'succeeded' })
    await hosts.target.run({ kind: 'vm.stop', vmId, vmEpoch: 2 })
  })

  it('that the target has no address in is refused, and nothing waits', { timeout: 120_000 }, async () => {
    const { source, target } = hosts
    const vmId = await hosts.startCounter(smallDisc)
    const refused = hosts.prepare(hosts.move(vmId), {}, { network: '203.0.113.0/24' })
    await expect(refused).rejects.toMatchObject({
      code: 'MOVE_REFUSED_BY_TARGET',
      message: expect.stringMatching(
        /^This host has no address in its move network 203\.0\.113\.0\/24\. It has /,
      ) as unknown,
    })
    expect(await hosts.owners(vmId)).toMatchObject({ source: { kind: 'mine' }, target: { kind: 'unknown' } })
    expect((await scanProcesses(target.config.runDir)).filter((each) => each.vmId === vmId)).toEqual([])
    await source.run({ kind: 'vm.stop', vmId, vmEpoch: firstEpoch })
  })
})

const listeningSockets = (): string[] => readFileSync('/proc/net/tcp', 'utf8').split('\n')
