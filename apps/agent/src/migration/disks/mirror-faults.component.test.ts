/** What goes wrong while disks travel: the machine stays and runs on, with its disk whole, and nothing of it is left on the other host. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { StepReport } from '@berth/core/agent-contract/step-report'
import { MiB } from '@berth/core/units/bytes'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { scanProcesses } from '../../qemu/process-identity.ts'
import { runDirPaths } from '../../qemu/run-dir.ts'
import { queryJobs } from '../../qmp/commands/mirror-commands.ts'
import { connectQmp } from '../../qmp/qmp-client.ts'
import { AgentProcess } from '../../testing/agent-process.ts'
import { GuestSerial } from '../../testing/guest-serial.ts'
import { TravellingMachine } from '../../testing/travelling-machine.ts'
import { firstEpoch, isSending, SendStep, TwoHosts, type TestMove } from '../../testing/two-hosts.ts'

let hosts: TwoHosts
beforeAll(async () => {
  hosts = await TwoHosts.open({ noProgressMs: 5_000, hostSilentMs: 2_500 })
})
afterAll(async () => {
  await hosts[Symbol.asyncDispose]()
})

/** Its disk takes three seconds, its memory less. */
const slow = { bandwidthBytesPerSecond: 4 * MiB }
const bootMs = 60_000

const isCopying = (report: StepReport): boolean =>
  report.status === 'running' && (report.progress?.move?.disks?.[0]?.doneBytes ?? 0) > 0

async function writingMachine() {
  const machine = await TravellingMachine.start(hosts, { mode: 'overlay' })
  const serial = await GuestSerial.open(hosts.source, machine.vmId)
  await serial.waitFor(/#0008/, bootMs)
  return { machine, serial, move: hosts.move(machine.vmId) }
}

const pidOn = async (host: TwoHosts['target'], { vmId }: TestMove): Promise<number> =>
  (await scanProcesses(host.config.runDir)).find((found) => found.vmId === vmId)?.pid ?? 0

async function jobsOf({ vmId }: TestMove) {
  using qmp = await connectQmp({ socketPath: runDirPaths(hosts.source.config.runDir, vmId).expertQmpSocket })
  return await queryJobs(qmp)
}

/** It still writes where it was, has all that it wrote, and nothing of it is on the other host. */
async function expectStays({ machine, move }: { machine: TravellingMachine; move: TestMove }): Promise<void> {
  const { source, target } = hosts
  await hosts.abandon(move)
  expect(await source.observe(machine.vmId)).toMatchObject({ state: 'running', epoch: firstEpoch })
  expect(await jobsOf(move)).toEqual([])
  await using serial = await GuestSerial.open(source, machine.vmId)
  await serial.waitFor(/#0008/, bootMs)
  const before = lastIn(serial.received)
  while (lastIn(serial.received) < before + 5) await pause(50)
  const owners = await hosts.owners(machine.vmId)
  expect(owners).toEqual({ source: { kind: 'mine', epoch: firstEpoch }, target: { kind: 'unknown' } })
  expect(await pidOn(target, move)).toBe(0)
  expect(existsSync(machine.path(target))).toBe(false)
  expect(await machine.trashOn(target)).toEqual([])
  expect(readdirSync(join(target.config.dataDir, 'pools/default/volumes'))).toEqual([])
  const last = lastIn(serial.received)
  expect(await machine.read(source, { epoch: firstEpoch, last })).toEqual({ missing: [], isRestSame: true })
}

const lastIn = (text: string): number =>
  Number.parseInt([...text.matchAll(/#([0-9a-f]{4})\r\n/g)].at(-1)?.[1] ?? '0', 16)

describe('a move with disks that ends before the machine is given', { timeout: 120_000 }, () => {
  it('is cancelled while a disk is copied', async () => {
    const { machine, serial, move } = await writingMachine()
    await serial[Symbol.asyncDispose]()
    const step = await hosts.begin(move, { ...slow, disks: machine.whole })
    const report = await step.until(isCopying)
    expect(report).toMatchObject({
      progress: { move: { phase: 'disks', disks: [{ volumeId: machine.disk.volumeId, isReady: false }] } },
    })
    await step.cancel()
    expect(await step.report()).toMatchObject({ status: 'failed', error: { code: 'OPERATION_CANCELLED' } })
    await expectStays({ machine, move })
  })

  it('fails when the QEMU that waits is killed while a disk is copied', async () => {
    const { machine, serial, move } = await writingMachine()
    await serial[Symbol.asyncDispose]()
    const step = await hosts.begin(move, { ...slow, disks: machine.whole })
    await step.until(isCopying)
    process.kill(await pidOn(hosts.target, move), 'SIGKILL')
    expect(await step.report()).toMatchObject({
      status: 'failed',
      error: { code: 'MOVE_FAILED', message: expect.stringMatching(/^The copy of a disk ended: /) as unknown },
    })
    await expectStays({ machine, move })
  })

  it('is called off when the other side takes nothing any more, and the guest writes on', async () => {
    const { machine, serial, move } = await writingMachine()
    await serial[Symbol.asyncDispose]()
    const step = await hosts.begin(move, { ...slow, disks: machine.whole })
    await step.until(isCopying)
    process.kill(await pidOn(hosts.target, move), 'SIGSTOP')
    expect(await step.report()).toMatchObject({
      status: 'failed',
      error: { code: 'MOVE_FAILED', message: expect.stringMatching(/no byte of them was sent for 5 s/) as unknown },
    })
    await expectStays({ machine, move })
  })

  it('fails when the QEMU that waits is killed while memory is sent', async () => {
    const { machine, serial, move } = await writingMachine()
    await serial[Symbol.asyncDispose]()
    const step = await hosts.begin(move, { bandwidthBytesPerSecond: 6 * MiB, disks: machine.whole })
    await step.until(isSending)
    process.kill(await pidOn(hosts.target, move), 'SIGKILL')
    expect(await step.report()).toMatchObject({ status: 'failed', error: { code: 'MOVE_FAILED' } })
    await expectStays({ machine, move })
  })

  it('is called off when the other host is gone, before its guest waits for long', async () => {
    const { target } = hosts
    const { machine, serial, move } = await writingMachine()
    await serial[Symbol.asyncDispose]()
    const step = await hosts.begin(move, { bandwidthBytesPerSecond: 6 * MiB, disks: machine.whole })
    await step.until(isSending)
    process.kill(await pidOn(target, move), 'SIGSTOP')
    await target.stop()
    expect(await step.report()).toMatchObject({
      status: 'failed',
      error: { code: 'MOVE_FAILED', message: expect.stringMatching(/^The other host has not answered for/) as unknown },
    })
    await target.start()
    await expectStays({ machine, move })
  })

  it.for([['a disk is copied'], ['its disk is the same and memory is sent']])(
    "is called off by the source's next agent, when this one is killed while %s",
    async ([when]) => {
      const { source } = hosts
      const { machine, serial, move } = await writingMachine()
      await serial[Symbol.asyncDispose]()
      const isDisk = when === 'a disk is copied'
      const options = { bandwidthBytesPerSecond: isDisk ? 4 * MiB : 8 * MiB, disks: machine.whole }
      const listener = await hosts.prepare(move, {}, options)
      await source.stop()
      {
        await using agent = new AgentProcess(source)
        await using calls = await agent.launch()
        await hosts.sendBy(calls, { move, ...listener, options })
        if (isDisk) while ((await jobsOf(move))[0]?.['current-progress'] === undefined) await pause(20)
        else while ((await source.moveStatusOf(move.vmId)) !== 'active') await pause(20)
        await agent.end('SIGKILL')
      }
      if (!isDisk) expect(await jobsOf(move)).toMatchObject([{ status: 'ready' }])
      await source.start()
      await source.until(move.vmId, ({ state }) => state === 'running', bootMs)
      await expectStays({ machine, move })
    },
  )
})

describe('a target', { timeout: 120_000 }, () => {
  it('takes a machine with its disk although its own agent was started anew meanwhile', async () => {
    const { source, target } = hosts
    const { machine, serial, move } = await writingMachine()
    await serial[Symbol.asyncDispose]()
    const step = await hosts.begin(move, { ...slow, disks: machine.whole })
    await step.until(isCopying)
    await target.stop()
    await target.start()
    expect(await step.report()).toMatchObject({ status: 'succeeded' })
    await using here = await GuestSerial.open(target, machine.vmId)
    await here.waitFor(/(#[0-9a-f]{4}\r\n){5}/, bootMs)
    const last = lastIn(here.received)
    expect(await machine.read(target, { epoch: 2, last })).toEqual({ missing: [], isRestSame: true })
    expect(existsSync(machine.path(source))).toBe(false)
  })

  it('refuses disks that it cannot take, before anything is begun', async () => {
    const { target } = hosts
    const { machine, serial, move } = await writingMachine()
    await serial[Symbol.asyncDispose]()
    const refused = (disks: TravellingMachine['whole'], words: RegExp): Promise<void> =>
      expect(hosts.prepare(move, {}, { disks })).rejects.toMatchObject({
        code: 'MOVE_REFUSED_BY_TARGET',
        message: expect.stringMatching(words) as unknown,
      })
    await refused(machine.overBase, /does not have the image/)
    await refused(
      machine.whole.map((disk) => ({ ...disk, sizeBytes: disk.sizeBytes * 2 })),
      /is to come as/,
    )
    await refused(
      machine.whole.map((disk) => ({ ...disk, pool: 'elsewhere' })),
      /no pool "elsewhere"/,
    )
    const { vmId, disk } = machine
    await target.run({ kind: 'volume.create', vmId, vmEpoch: firstEpoch, disk: { ...disk, source: { kind: 'blank' } } })
    await refused(machine.whole, /has a disk of that machine already/)
    expect(existsSync(machine.path(target))).toBe(true)
    await target.run({ kind: 'volume.delete', vmId, vmEpoch: firstEpoch, volumeId: disk.volumeId })
    const options = { disks: machine.whole, policy: 'post-copy' } as const
    const listener = await hosts.prepare(move, {}, { disks: machine.whole })
    await hosts.sendBy(hosts.source.calls, { move, ...listener, options })
    expect(await new SendStep(move, 1).report()).toMatchObject({
      status: 'failed',
      error: { code: 'MOVE_FAILED', message: expect.stringMatching(/cannot go ahead of its memory/) as unknown },
    })
    await hosts.abandon(move)
    expect(existsSync(machine.path(target))).toBe(false)
    await machine.stop(hosts.source)
  })
})
