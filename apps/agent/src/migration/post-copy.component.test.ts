/** A machine that goes ahead of its memory: it runs there, the rest follows, whatever becomes of the link between the two. */
import { setTimeout as pause } from 'node:timers/promises'
import type { StepReport } from '@berth/core/agent-contract/step-report'
import type { VmId } from '@berth/core/ids/ids'
import { MiB } from '@berth/core/units/bytes'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { killProcess, scanProcesses } from '../qemu/process-identity.ts'
import { breakMoveLink, queryMigrate } from '../qmp/commands/move-commands.ts'
import type { QmpClient } from '../qmp/qmp-client.ts'
import { GuestSerial } from '../testing/guest-serial.ts'
import { TwoHosts, type SendStep, type TestMove } from '../testing/two-hosts.ts'
import { TwoWatch } from '../testing/two-watch.ts'

let hosts: TwoHosts
beforeAll(async () => {
  hosts = await TwoHosts.open({ postCopySilentMs: 1_500 })
})
afterAll(async () => {
  await hosts[Symbol.asyncDispose]()
})

/** It writes 10 MiB 18 times a second: no pass gets smaller, and at 20 MiB/s none fits into a pause of 200 ms. */
const disc = { fillBytes: 16 * MiB, dirtyBytes: 10 * MiB }
const early = { policy: 'post-copy', bandwidthBytesPerSecond: 20 * MiB } as const
/** What follows takes two seconds. */
const slowly = 5 * MiB
const bootMs = 60_000

interface Early {
  readonly vmId: VmId
  readonly move: TestMove
  readonly follow: SendStep
}

/** It runs on the target, and most of its memory is still at the source. */
async function goneAhead(): Promise<Early> {
  const { source } = hosts
  const vmId = await hosts.startCounter(disc)
  await using serial = await GuestSerial.open(source, vmId)
  await serial.waitFor(/#0008/, bootMs)
  const move = hosts.move(vmId)
  const step = await hosts.begin(move, early)
  await slowBeforeSwitch(move, step)
  expect(await step.report()).toMatchObject({ status: 'succeeded' })
  return { vmId, move, follow: await hosts.follow(move) }
}

const moveOf = (report: StepReport) => (report.status === 'running' ? report.progress?.move : undefined)

/** The next pass is the last one. */
async function slowBeforeSwitch({ vmId, moveId }: TestMove, step: SendStep): Promise<StepReport> {
  const isLastPass = (report: StepReport): boolean => {
    const next = moveOf(report)?.ladder?.next
    return next?.action.kind === 'switch' && next.passesLeft === 1
  }
  const shown = await step.until(isLastPass)
  await hosts.source.calls.mutate('move.setBandwidth', { vmId, moveId, bandwidthBytesPerSecond: slowly })
  return shown
}

const isFollowing = (report: StepReport): boolean => moveOf(report)?.phase === 'post-copy'

/** Until then the source's QEMU can still take the guest back, and rightly does. */
async function hasItsDevices(qmp: QmpClient): Promise<void> {
  while ((await queryMigrate(qmp)).status !== 'postcopy-active') await pause(20)
}

async function expectCounts(vmId: VmId): Promise<void> {
  await using serial = await GuestSerial.open(hosts.target, vmId)
  await serial.waitFor(/(#[0-9a-f]{4}\r\n){5}/, bootMs)
}

describe('a machine that goes ahead of its memory', { timeout: 120_000 }, () => {
  it('runs on its new host at once, never twice, and its memory follows', async () => {
    const { source, target } = hosts
    const vmId = await hosts.startCounter(disc)
    await using there = await GuestSerial.open(source, vmId)
    await there.waitFor(/#0008/, bootMs)
    await using watch = new TwoWatch(vmId, hosts)
    const move = hosts.move(vmId)
    const step = await hosts.begin(move, early)
    const shown = await slowBeforeSwitch(move, step)
    expect(moveOf(shown)?.ladder).toMatchObject({
      taken: [{ action: { kind: 'allow', downtimeLimitMs: 150 } }, { action: { kind: 'allow', downtimeLimitMs: 200 } }],
      next: { action: { kind: 'switch' } },
    })
    expect(await step.report()).toMatchObject({ status: 'succeeded' })
    expect(await target.observe(vmId)).toMatchObject({ state: 'running', epoch: 2 })
    expect(await hosts.owners(vmId)).toMatchObject({
      source: { kind: 'given', epoch: 2, isTaken: false },
      target: { kind: 'mine', epoch: 2 },
    })
    const follow = await hosts.follow(move)
    const following = moveOf(await follow.until(isFollowing))
    expect(following).toMatchObject({
      bandwidthBytesPerSecond: slowly,
      postCopy: { link: 'up', recoveries: 0 },
      ladder: { next: null },
    })
    expect(following?.ladder?.taken.at(-1)).toMatchObject({ action: { kind: 'switch' }, stalledPasses: 3 })
    expect(await follow.report()).toMatchObject({
      status: 'succeeded',
      result: { passes: expect.any(Array) as unknown },
    })
    await expectCounts(vmId)
    expect(await hosts.owners(vmId)).toMatchObject({
      source: { kind: 'given', isTaken: true },
      target: { kind: 'mine' },
    })
    expect(await scanProcesses(source.config.runDir)).toEqual([])
    expect(watch).toMatchObject({ bothRan: 0 })
    // Said again, it says the same.
    expect(await (await hosts.follow(move, 2)).report()).toMatchObject({ status: 'succeeded' })
    await target.run({ kind: 'vm.stop', vmId, vmEpoch: 2 })
  })

  it('gets the rest after the link broke, by the same agents or the next ones', async () => {
    const { source, target } = hosts
    const { vmId, move, follow } = await goneAhead()
    await follow.until(isFollowing)
    await target.stop()
    await target.withExpert(vmId, breakMoveLink)
    const lost = await follow.until((report) => moveOf(report)?.postCopy?.link === 'lost')
    expect(await source.observe(vmId)).toMatchObject({ epoch: 1 })
    expect(moveOf(lost)?.phase).toBe('post-copy')
    await source.stop()
    await target.start()
    expect(await target.observe(vmId)).toMatchObject({ state: 'running', epoch: 2 })
    await source.start()
    const again = await hosts.follow(move, 2)
    const report = await again.report()
    expect(report).toMatchObject({ status: 'succeeded' })
    await expectCounts(vmId)
    while ((await scanProcesses(source.config.runDir)).length > 0) await pause(20)
    await target.run({ kind: 'vm.stop', vmId, vmEpoch: 2 })
  })

  it('is said to have lost memory when the QEMU that held it is killed', async () => {
    const { source, target } = hosts
    const { vmId, move, follow } = await goneAhead()
    await follow.until(isFollowing)
    for (const identity of await scanProcesses(source.config.runDir)) await killProcess(identity)
    const lost = { status: 'failed', error: { code: 'MOVE_MEMORY_LOST' } }
    expect(await follow.report()).toMatchObject(lost)
    expect(await (await hosts.follow(move, 2)).report()).toMatchObject(lost)
    expect(await hosts.owners(vmId)).toMatchObject({
      source: { kind: 'given', isTaken: true },
      target: { kind: 'mine' },
    })
    // As the remedy says.
    await target.run({ kind: 'vm.stop', vmId, vmEpoch: 2 })
    expect(await target.observe(vmId)).toMatchObject({ state: 'stopped' })
  })

  it('is given up by a cancel while the link is broken, and only then', async () => {
    const { target } = hosts
    const { vmId, follow } = await goneAhead()
    await follow.until(isFollowing)
    await target.stop()
    await target.withExpert(vmId, breakMoveLink)
    await follow.until((report) => moveOf(report)?.postCopy?.link === 'lost')
    await follow.cancel()
    expect(await follow.report()).toMatchObject({ status: 'failed', error: { code: 'MOVE_MEMORY_LOST' } })
    await target.start()
    await target.run({ kind: 'vm.stop', vmId, vmEpoch: 2 })
  })

  it('is off at its source when its new host loses it before it ran', async () => {
    const { source, target } = hosts
    const vmId = await hosts.startCounter(disc)
    await using serial = await GuestSerial.open(source, vmId)
    await serial.waitFor(/#0008/, bootMs)
    const move = hosts.move(vmId)
    const step = await hosts.begin(move, early)
    await slowBeforeSwitch(move, step)
    await target.stop()
    await step.until((report) => moveOf(report)?.postCopy !== undefined)
    await target.withExpert(vmId, hasItsDevices)
    for (const identity of await scanProcesses(target.config.runDir)) await killProcess(identity)
    await target.start()
    expect(await step.report()).toMatchObject({
      ...{ status: 'failed', error: { code: 'MOVE_MEMORY_LOST', details: { epoch: 3 } } },
    })
    const lastExit = { message: expect.stringMatching(/ahead of its memory/) as unknown }
    expect(await source.observe(vmId)).toMatchObject({ state: 'stopped', epoch: 3, lastExit })
    expect(await hosts.owners(vmId)).toEqual({ source: { kind: 'mine', epoch: 3 }, target: { kind: 'unknown' } })
    await source.run({ kind: 'vm.start', vmId, vmEpoch: 3 })
    await source.run({ kind: 'vm.stop', vmId, vmEpoch: 3 })
  })
})
