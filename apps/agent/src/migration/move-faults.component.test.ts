/** What goes wrong in a move before the machine is given: it stays, runs on, and can be moved again. */
import { X509Certificate } from 'node:crypto'
import { mkdir, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { VmId } from '@berth/core/ids/ids'
import { MiB } from '@berth/core/units/bytes'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadIdentity } from '../http/host-identity.ts'
import { scanProcesses } from '../qemu/process-identity.ts'
import { AgentProcess } from '../testing/agent-process.ts'
import { GuestSerial } from '../testing/guest-serial.ts'
import { firstEpoch, isSending, ownerBy, SendStep, TwoHosts, type TestMove } from '../testing/two-hosts.ts'
import { TwoWatch } from '../testing/two-watch.ts'
import { tidyWaiting, waitingChecks } from './tidy-waiting.ts'

let hosts: TwoHosts
beforeAll(async () => {
  hosts = await TwoHosts.open({ noProgressMs: 2_000 })
})
afterAll(async () => {
  await hosts[Symbol.asyncDispose]()
})

/** Its memory takes longer than any of these tests, until it is hurried. */
const slow = { bandwidthBytesPerSecond: MiB }
const disc = { fillBytes: 40 * MiB, dirtyBytes: 0 }
const bootMs = 60_000
const booted = /#0008/

async function runningCounter(of = disc): Promise<{ vmId: VmId; serial: GuestSerial }> {
  const vmId = await hosts.startCounter(of)
  const serial = await GuestSerial.open(hosts.source, vmId)
  await serial.waitFor(booted, bootMs)
  return { vmId, serial }
}

const pidOn = async (host: TwoHosts['target'], vmId: VmId): Promise<number> =>
  (await scanProcesses(host.config.runDir)).find((found) => found.vmId === vmId)?.pid ?? 0

/** It runs where it was, as before, and nothing waits for it any more. */
async function expectStays(move: TestMove, serial: GuestSerial): Promise<void> {
  const { vmId } = move
  await hosts.abandon(move)
  const [first = Number.NaN, ...others] = await serial.nextCounts(bootMs)
  expect(others).toEqual([first + 1, first + 2, first + 3])
  expect(await hosts.source.observe(vmId)).toMatchObject({ state: 'running', epoch: firstEpoch })
  expect(await hosts.owners(vmId)).toEqual({ source: { kind: 'mine', epoch: firstEpoch }, target: { kind: 'unknown' } })
  expect(await pidOn(hosts.target, vmId)).toBe(0)
  await hosts.source.run({ kind: 'vm.stop', vmId, vmEpoch: firstEpoch })
}

describe('a move that ends before the machine is given', { timeout: 120_000 }, () => {
  it('is cancelled while memory is sent, and begun anew', async () => {
    const { vmId, serial } = await runningCounter()
    await using _serial = serial
    await using watch = new TwoWatch(vmId, hosts)
    const move = hosts.move(vmId)
    const step = await hosts.begin(move, slow)
    const sending = await step.until(isSending)
    expect(await hosts.source.observe(vmId)).toMatchObject({ state: 'migrating' })
    expect(await hosts.owners(vmId)).toMatchObject({ source: { kind: 'mine' }, target: { kind: 'waiting', epoch: 2 } })
    expect(sending).toMatchObject({ progress: { move: { phase: 'memory', downtimeLimitMs: 100, passes: [{}] } } })
    await step.cancel()
    expect(await step.report()).toMatchObject({ status: 'failed', error: { code: 'OPERATION_CANCELLED' } })
    expect(await hosts.source.observe(vmId)).toMatchObject({ state: 'running' })
    await hosts.abandon(move)
    const second = hosts.move(vmId)
    expect(await (await hosts.begin(second)).report()).toMatchObject({ status: 'succeeded' })
    expect(await hosts.owners(vmId)).toMatchObject({ target: { kind: 'mine', epoch: 2 } })
    expect(watch.bothRan).toBe(0)
    await hosts.target.run({ kind: 'vm.stop', vmId, vmEpoch: 2 })
  })

  it('fails when the QEMU that waits is killed', async () => {
    const { vmId, serial } = await runningCounter()
    await using _serial = serial
    const move = hosts.move(vmId)
    const step = await hosts.begin(move, slow)
    await step.until(isSending)
    process.kill(await pidOn(hosts.target, vmId), 'SIGKILL')
    expect(await step.report()).toMatchObject({ status: 'failed', error: { code: 'MOVE_FAILED' } })
    await expectStays(move, serial)
  })

  it('fails with another key than the one that was prepared', async () => {
    const { vmId, serial } = await runningCounter()
    await using _serial = serial
    const move = hosts.move(vmId)
    const step = await hosts.begin(move, { tlsKey: 'ab'.repeat(32) })
    const report = await step.report()
    expect(report).toMatchObject({
      status: 'failed',
      error: { code: 'MOVE_FAILED', message: expect.stringMatching(/TLS handshake failed/) as unknown },
    })
    await expectStays(move, serial)
  })

  it('gives nothing to a host that was turned out, before it begins and while it sends', async () => {
    const { vmId, serial } = await runningCounter()
    await using _serial = serial
    const { certificatePem = '' } = (await loadIdentity(hosts.target.config.dataDir)) ?? {}
    const { refused } = hosts.source.agent.context
    const turnOut = () =>
      refused.replace([new X509Certificate(certificatePem).fingerprint256.replaceAll(':', '').toLowerCase()])
    const refusal = {
      status: 'failed',
      error: { code: 'MOVE_FAILED', message: expect.stringMatching(/certificate of .* was revoked/) as unknown },
    }
    const early = hosts.move(vmId)
    await turnOut()
    expect(await (await hosts.begin(early)).report()).toMatchObject(refusal)
    await hosts.abandon(early)
    await refused.replace([])
    const late = hosts.move(vmId)
    const step = await hosts.begin(late, slow)
    await step.until(isSending)
    await turnOut()
    await hosts.source.hurryMove(vmId)
    expect(await step.report()).toMatchObject(refusal)
    await refused.replace([])
    await expectStays(late, serial)
  })

  it('is called off when nothing is sent any more', async () => {
    const { vmId, serial } = await runningCounter()
    await using _serial = serial
    const move = hosts.move(vmId)
    const step = await hosts.begin(move, slow)
    await step.until(isSending)
    process.kill(await pidOn(hosts.target, vmId), 'SIGSTOP')
    const report = await step.report()
    expect(report).toMatchObject({
      status: 'failed',
      error: { code: 'MOVE_FAILED', message: expect.stringMatching(/^Nothing was sent any more for 2 s/) as unknown },
    })
    await expectStays(move, serial)
  })

  it('is given up when the guest writes faster than the link, after every rung of the ladder', async () => {
    const { vmId, serial } = await runningCounter({ fillBytes: 12 * MiB, dirtyBytes: 10 * MiB })
    await using _serial = serial
    const move = hosts.move(vmId)
    const step = await hosts.begin(move, { bandwidthBytesPerSecond: 16 * MiB })
    let highest = 0
    const report = await step.until((now) => {
      if (now.status === 'running') highest = Math.max(highest, now.progress?.move?.downtimeLimitMs ?? 0)
      return now.status !== 'running'
    }, 90_000)
    expect(report).toMatchObject({ status: 'failed', error: { code: 'MOVE_NOT_CONVERGING' } })
    expect(highest).toBe(500)
    await expectStays(move, serial)
  })

  it('is called off by a stop of the machine', async () => {
    const { vmId, serial } = await runningCounter()
    await using _serial = serial
    const move = hosts.move(vmId)
    const step = await hosts.begin(move, slow)
    await step.until(isSending)
    await hosts.source.run({ kind: 'vm.stop', vmId, vmEpoch: firstEpoch })
    expect(await step.report()).toMatchObject({ status: 'failed', error: { code: 'OPERATION_CANCELLED' } })
    expect(await hosts.source.observe(vmId)).toMatchObject({ state: 'stopped', run: null })
    await hosts.abandon(move)
    expect(await hosts.owners(vmId)).toMatchObject({ source: { kind: 'mine' }, target: { kind: 'unknown' } })
  })

  it.for([['active'], ['completed']])(
    "is called off by the source's next agent, when this one is killed with QEMU's move %s",
    async ([status]) => {
      const { source } = hosts
      const { vmId, serial } = await runningCounter()
      await serial[Symbol.asyncDispose]()
      const move = hosts.move(vmId)
      const { memory } = await hosts.prepare(move)
      await source.stop()
      {
        await using agent = new AgentProcess(source)
        await using calls = await agent.launch()
        await hosts.sendBy(calls, { move, memory, options: slow })
        while ((await source.moveStatusOf(vmId)) !== 'active') await pause(20)
        await agent.end('SIGKILL')
      }
      if (status === 'completed') await source.hurryMove(vmId)
      while ((await source.moveStatusOf(vmId)) !== status) await pause(20)
      await source.start()
      await source.until(vmId, ({ state }) => state === 'running', bootMs)
      if (status === 'completed') expect(await ownerBy(hosts.target, vmId)).toMatchObject({ kind: 'waiting' })
      await using again = await GuestSerial.open(source, vmId)
      await again.waitFor(booted, bootMs)
      await expectStays(move, again)
    },
  )
})

describe('a source', { timeout: 120_000 }, () => {
  it('keeps what it could not write down as given', async () => {
    const { source } = hosts
    const { vmId, serial } = await runningCounter()
    await using _serial = serial
    const move = hosts.move(vmId)
    const step = await hosts.begin(move, slow)
    await step.until(isSending)
    // A record that cannot be written, as on a disk that is full.
    const blocked = join(source.config.dataDir, 'vms', vmId, 'vm.json.part')
    await mkdir(blocked)
    await source.hurryMove(vmId)
    expect(await step.report()).toMatchObject({ status: 'failed', error: { code: 'INTERNAL' } })
    await rmdir(blocked)
    await expectStays(move, serial)
  })
})

describe('a target', { timeout: 120_000 }, () => {
  it('ends a QEMU for which nobody comes', async () => {
    const { source, target } = hosts
    const { vmId, serial } = await runningCounter()
    await using _serial = serial
    const move = hosts.move(vmId)
    const { memory } = await hosts.prepare(move)
    {
      const { moveIn } = target.agent.context.movement
      using _tidying = tidyWaiting(moveIn, { patienceMs: 200, logger: pino({ level: 'silent' }) })
      expect(waitingChecks(moveIn, -1)).toMatchObject([{ status: 'warning' }])
      while ((await pidOn(target, vmId)) > 0) await pause(50)
    }
    await hosts.sendBy(source.calls, { move, memory })
    expect(await new SendStep(move, 1).report()).toMatchObject({ status: 'failed', error: { code: 'MOVE_FAILED' } })
    await expectStays(move, serial)
  })

  it('keeps what waits over a restart of its agent', async () => {
    const { target } = hosts
    const { vmId, serial } = await runningCounter()
    await using _serial = serial
    const move = hosts.move(vmId)
    const step = await hosts.begin(move, slow)
    await step.until(isSending)
    await target.stop()
    await target.start()
    expect(await hosts.owners(vmId)).toMatchObject({ source: { kind: 'mine' }, target: { kind: 'waiting' } })
    const shown = target.calls.query('vm.observe', { vmId })
    await expect(shown).rejects.toMatchObject({ code: 'VM_NOT_FOUND' })
    await hosts.source.hurryMove(vmId)
    expect(await step.report()).toMatchObject({ status: 'succeeded' })
    expect(await target.observe(vmId)).toMatchObject({ state: 'running', epoch: 2 })
    await target.run({ kind: 'vm.stop', vmId, vmEpoch: 2 })
  })

  it('takes a machine that stood, and does not run it', async () => {
    const { source, target } = hosts
    const { vmId, serial } = await runningCounter()
    await using _serial = serial
    await source.run({ kind: 'vm.pause', vmId, vmEpoch: firstEpoch })
    expect(await (await hosts.begin(hosts.move(vmId))).report()).toMatchObject({
      status: 'succeeded',
      result: { pauseMs: 0 },
    })
    expect(await target.observe(vmId)).toMatchObject({ state: 'paused', pauseReason: 'user', epoch: 2 })
    await target.run({ kind: 'vm.resume', vmId, vmEpoch: 2 })
    await target.run({ kind: 'vm.stop', vmId, vmEpoch: 2 })
  })

  it('refuses what it cannot make, before anything is begun', async () => {
    const own = await hosts.source.defineAndStart()
    const unseen = hosts.prepare(hosts.move(own))
    await expect(unseen).rejects.toMatchObject({
      code: 'MOVE_REFUSED_BY_TARGET',
      message: expect.stringMatching(/pool/) as unknown,
    })
    expect(await hosts.owners(own)).toMatchObject({ source: { kind: 'mine' }, target: { kind: 'unknown' } })
    expect(await pidOn(hosts.target, own)).toBe(0)

    const { vmId, serial } = await runningCounter()
    await using _serial = serial
    const move = hosts.move(vmId)
    const other = hosts.prepare(move, { hardware: ['-machine pc-q35-6.2'] })
    await expect(other).rejects.toMatchObject({
      code: 'MOVE_REFUSED_BY_TARGET',
      message: expect.stringMatching(/there -machine pc-q35-6.2, here -machine pc-q35-7.2/) as unknown,
    })
    await hosts.prepare(move)
    const pid = await pidOn(hosts.target, vmId)
    await hosts.prepare(move)
    expect(await pidOn(hosts.target, vmId)).toBe(pid)
    await expect(hosts.prepare(hosts.move(vmId))).rejects.toMatchObject({ code: 'VM_BUSY' })
    await expectStays(move, serial)
    // It was given up there for good, whether the machine runs or not.
    await expect(hosts.prepare(move)).rejects.toMatchObject({ code: 'MOVE_REFUSED_BY_TARGET' })
    await hosts.source.run({ kind: 'vm.start', vmId, vmEpoch: firstEpoch })
    await expect(hosts.prepare(move)).rejects.toMatchObject({ code: 'MOVE_REFUSED_BY_TARGET' })
    for (const id of [own, vmId]) await hosts.source.run({ kind: 'vm.stop', vmId: id, vmEpoch: firstEpoch })
  })
})
