/** Agents and QEMUs that die once the machine was given away: one owner, always, and a machine that runs in the end. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { moveOwnershipSchema } from '@berth/core/agent-contract/move-commands'
import type { VmId } from '@berth/core/ids/ids'
import { MiB } from '@berth/core/units/bytes'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { killProcess, scanProcesses } from '../qemu/process-identity.ts'
import { AgentProcess } from '../testing/agent-process.ts'
import { GuestSerial } from '../testing/guest-serial.ts'
import { firstEpoch, isSending, ownerBy, TwoHosts, type SendStep, type TestMove } from '../testing/two-hosts.ts'
import { TwoWatch } from '../testing/two-watch.ts'
import { vmRecordSchema, type VmRecord } from '../vm/vm-record.ts'

let hosts: TwoHosts
beforeAll(async () => {
  hosts = await TwoHosts.open()
})
afterAll(async () => {
  await hosts[Symbol.asyncDispose]()
})

const disc = { fillBytes: 24 * MiB, dirtyBytes: 0 }
const bootMs = 60_000
/** Its end does not come before the target's agent is away, however long that takes; then it is hurried. */
const slow = { bandwidthBytesPerSecond: MiB }

interface Given {
  readonly vmId: VmId
  readonly move: TestMove
  readonly step: SendStep
  readonly lastCount: number
}

/** The machine is given, and the target's agent is away: nobody has answered yet. */
async function giveToAbsent(): Promise<Given> {
  const { source, target } = hosts
  const vmId = await hosts.startCounter(disc)
  await using serial = await GuestSerial.open(source, vmId)
  await serial.waitFor(/#0008/, bootMs)
  const move = hosts.move(vmId)
  const step = await hosts.begin(move, slow)
  await step.until(isSending)
  await target.stop()
  await source.hurryMove(vmId)
  await step.until((report) => report.status === 'running' && report.progress?.move?.phase === 'hand-over')
  await untilGiven(vmId)
  return { vmId, move, step, lastCount: lastIn(serial.received) }
}

async function untilGiven(vmId: VmId): Promise<void> {
  while ((await ownerBy(hosts.source, vmId)).kind !== 'given') await pause(20)
}

const lastIn = (text: string): number =>
  Number.parseInt([...text.matchAll(/#([0-9a-f]{4})\r\n/g)].at(-1)?.[1] ?? '', 16)

/** It goes on from the number that was printed last; what it prints while no agent listens is lost. */
async function expectCounts(host: TwoHosts['source'], vmId: VmId, after: number): Promise<void> {
  await using serial = await GuestSerial.open(host, vmId)
  for (let count = 0; count < after + 5;) {
    const [, digits] = await serial.waitFor(/#([0-9a-f]{4})\r\n/, bootMs)
    count = Number.parseInt(digits ?? '', 16)
  }
}

/** Stands in for what only a reboot, or a kill in one certain moment, would write. */
function editRecord(host: TwoHosts['source'], vmId: VmId, change: (record: VmRecord) => Partial<VmRecord>): void {
  const path = join(host.config.dataDir, 'vms', vmId, 'vm.json')
  const record = vmRecordSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  writeFileSync(path, JSON.stringify({ ...record, ...change(record) }))
}

const qemusOf = (host: TwoHosts['source']) => scanProcesses(host.config.runDir)

describe('a machine that was given away', { timeout: 120_000 }, () => {
  it("is handed over when the target's agent is back", async () => {
    const { vmId, step, lastCount } = await giveToAbsent()
    await using watch = new TwoWatch(vmId, hosts)
    const refused = hosts.source.run({ kind: 'vm.stop', vmId, vmEpoch: firstEpoch })
    await expect(refused).rejects.toMatchObject({ code: 'EPOCH_STALE' })
    await step.cancel()
    expect(await step.report(300)).toMatchObject({ status: 'running' })
    await hosts.target.start()
    expect(await step.report()).toMatchObject({ status: 'succeeded' })
    expect(await hosts.owners(vmId)).toMatchObject({
      source: { kind: 'given', isTaken: true },
      target: { kind: 'mine' },
    })
    await expectCounts(hosts.target, vmId, lastCount)
    expect(watch.bothRan).toBe(0)
    expect(await qemusOf(hosts.source)).toEqual([])
    await hosts.target.run({ kind: 'vm.stop', vmId, vmEpoch: 2 })
  })

  it('is handed over by the next agent of the source, when this one is killed', async () => {
    const { source, target } = hosts
    const vmId = await hosts.startCounter(disc)
    const move = hosts.move(vmId)
    const { memory } = await hosts.prepare(move)
    await source.stop()
    {
      await using agent = new AgentProcess(source)
      await using calls = await agent.launch()
      await hosts.sendBy(calls, { move, memory, options: slow })
      while ((await source.moveStatusOf(vmId)) !== 'active') await pause(20)
      await target.stop()
      await source.hurryMove(vmId)
      while (moveOwnershipSchema.parse(await calls.query('move.owner', { vmId })).kind !== 'given') await pause(20)
      await agent.end('SIGKILL')
    }
    await using watch = new TwoWatch(vmId, hosts)
    await target.start()
    expect(await ownerBy(target, vmId)).toMatchObject({ kind: 'waiting', epoch: 2, moveId: move.moveId })
    await source.start()
    await target.until(vmId, ({ state }) => state === 'running', bootMs)
    await using serial = await GuestSerial.open(target, vmId)
    await serial.waitFor(/(#[0-9a-f]{4}\r\n){5}/, bootMs)
    while ((await qemusOf(source)).length > 0) await pause(20)
    expect(await hosts.owners(vmId)).toEqual({
      source: { kind: 'given', epoch: 2, hostId: hosts.idOf(target), isTaken: true },
      target: { kind: 'mine', epoch: 2 },
    })
    // The panel's step was interrupted: its next attempt is answered from what is remembered.
    expect(await hosts.sendAgain(move)).toMatchObject({ status: 'succeeded', result: { passes: [] } })
    expect(watch.bothRan).toBe(0)
    await target.run({ kind: 'vm.stop', vmId, vmEpoch: 2 })
  })

  it('goes on where it was, under an epoch that nobody was promised, when the target has lost it', async () => {
    const { source, target } = hosts
    const { vmId, move, step, lastCount } = await giveToAbsent()
    await using watch = new TwoWatch(vmId, hosts)
    const [waiting] = await qemusOf(target)
    process.kill(waiting?.pid ?? 0, 'SIGKILL')
    await target.start()
    const report = await step.report()
    expect(report).toMatchObject({ status: 'failed', error: { code: 'MOVE_REFUSED_BY_TARGET', details: { epoch: 3 } } })
    expect(await source.observe(vmId)).toMatchObject({ state: 'running', epoch: 3 })
    await expectCounts(source, vmId, lastCount)
    expect(await hosts.owners(vmId)).toEqual({ source: { kind: 'mine', epoch: 3 }, target: { kind: 'unknown' } })
    // For ever: whatever comes late of this move takes nothing.
    const host = await hosts.panel.connect(target.agent.port, `host:${hosts.idOf(source)}`)
    await using late = host
    const { moveId, token } = move
    expect(await late.mutate('move.take', { vmId, moveId, token, epoch: 2, isRunning: true })).toMatchObject({
      status: 'refused',
    })
    const stale = source.run({ kind: 'vm.stop', vmId, vmEpoch: 2 })
    await expect(stale).rejects.toMatchObject({ code: 'EPOCH_STALE' })
    // And can be moved again.
    expect(await (await hosts.begin(hosts.move(vmId, { vmEpoch: 3 }))).report()).toMatchObject({ status: 'succeeded' })
    expect(watch.bothRan).toBe(0)
    await target.run({ kind: 'vm.stop', vmId, vmEpoch: 4 })
  })

  it('is not started by its host after a reboot, before the other host has refused it', async () => {
    const { source, target } = hosts
    const { vmId } = await giveToAbsent()
    await source.stop()
    for (const identity of await qemusOf(source)) await killProcess(identity)
    editRecord(source, vmId, ({ run }) => ({ run: run === null ? null : { ...run, bootId: 'an-earlier-boot' } }))
    await source.start()
    const waits = hosts.source.run({ kind: 'vm.start', vmId, vmEpoch: firstEpoch })
    await expect(waits).rejects.toMatchObject({ code: 'EPOCH_STALE' })
    expect(await ownerBy(source, vmId)).toMatchObject({ kind: 'given', epoch: 2, isTaken: false })
    expect(await qemusOf(source)).toEqual([])
    for (const identity of await qemusOf(target)) await killProcess(identity)
    await target.start()
    await source.until(vmId, ({ state }) => state === 'running', bootMs)
    expect(await source.observe(vmId)).toMatchObject({ epoch: 3 })
    expect(await ownerBy(target, vmId)).toEqual({ kind: 'unknown' })
    await source.run({ kind: 'vm.stop', vmId, vmEpoch: 3 })
  })

  it('is made to run by the next agent of the target, when this one took it and died', async () => {
    const { target } = hosts
    const { vmId, step, lastCount } = await giveToAbsent()
    await target.start()
    expect(await step.report()).toMatchObject({ status: 'succeeded' })
    await target.stop()
    // As a kill between the record and `cont` leaves it.
    editRecord(target, vmId, ({ taken }) => ({ state: 'paused', taken: taken && { ...taken, mustRun: true } }))
    await target.pauseBehindBack(vmId)
    await target.start()
    expect(await target.observe(vmId)).toMatchObject({ state: 'running', epoch: 2 })
    await expectCounts(target, vmId, lastCount)
    await target.run({ kind: 'vm.stop', vmId, vmEpoch: 2 })
  })

  it('is taken by nobody but under its own token, from its own host', async () => {
    const { source, target } = hosts
    const vmId = await hosts.startCounter(disc)
    const move = hosts.move(vmId)
    await hosts.prepare(move)
    const asked = { vmId, moveId: move.moveId, token: move.token, epoch: 2, isRunning: true }
    {
      await using panel = await hosts.panel.connect(target.agent.port)
      await expect(panel.mutate('move.take', asked)).rejects.toMatchObject({ code: 'PERMISSION_DENIED' })
      await using other = await hosts.panel.connect(target.agent.port, `host:${hosts.idOf(target)}`)
      await expect(other.mutate('move.take', asked)).rejects.toMatchObject({ code: 'PERMISSION_DENIED' })
    }
    await using from = await hosts.panel.connect(target.agent.port, `host:${hosts.idOf(source)}`)
    const guessed = from.mutate('move.take', { ...asked, token: '0'.repeat(64) })
    await expect(guessed).rejects.toMatchObject({ code: 'PERMISSION_DENIED' })
    const early = from.mutate('move.take', { ...asked, epoch: 3 })
    await expect(early).rejects.toMatchObject({ code: 'INPUT_INVALID' })
    expect(await ownerBy(target, vmId)).toMatchObject({ kind: 'waiting' })
    await hosts.abandon(move)
    await source.run({ kind: 'vm.stop', vmId, vmEpoch: firstEpoch })
  })
})
