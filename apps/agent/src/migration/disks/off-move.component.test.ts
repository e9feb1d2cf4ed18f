/** Machines that are off go with their disks to a host that shares none of them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { MiB } from '@berth/core/units/bytes'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { killProcess, scanProcesses } from '../../qemu/process-identity.ts'
import { AgentProcess } from '../../testing/agent-process.ts'
import { GuestSerial } from '../../testing/guest-serial.ts'
import { TravellingMachine } from '../../testing/travelling-machine.ts'
import { firstEpoch, SendStep, TwoHosts } from '../../testing/two-hosts.ts'

let hosts: TwoHosts
beforeAll(async () => {
  hosts = await TwoHosts.open()
})
afterAll(async () => {
  await hosts[Symbol.asyncDispose]()
})

const bootMs = 60_000
const slow = { bandwidthBytesPerSecond: 4 * MiB }

/** It has written, and is off. */
async function machineThatWasOn(mode: 'overlay' | 'copy' = 'overlay') {
  const { source, target } = hosts
  const machine = await TravellingMachine.start(hosts, { mode, baseOn: [target] })
  await using serial = await GuestSerial.open(source, machine.vmId)
  await serial.waitFor(/#0010/, bootMs)
  await machine.stop(source)
  return machine
}

const isOffOnBoth = async (): Promise<boolean> => {
  const processes = [hosts.source, hosts.target].map(({ config }) => scanProcesses(config.runDir))
  return (await Promise.all(processes)).flat().length === 0
}

describe('a machine that is off', { timeout: 120_000 }, () => {
  it('goes with its disk, is off there, and starts from it', async () => {
    const { source, target } = hosts
    const machine = await machineThatWasOn()
    const { vmId } = machine
    const step = await hosts.begin(hosts.move(vmId), { disks: machine.overBase })
    expect(await step.report()).toMatchObject({
      status: 'succeeded',
      result: { pauseMs: 0, transferredBytes: 0, disks: [{ volumeId: machine.disk.volumeId, pool: 'default' }] },
    })
    expect(await hosts.owners(vmId)).toEqual({
      source: { kind: 'given', epoch: 2, hostId: hosts.idOf(target), isTaken: true },
      target: { kind: 'mine', epoch: 2 },
    })
    expect(await target.observe(vmId)).toMatchObject({ state: 'stopped', epoch: 2, run: null })
    expect(await isOffOnBoth()).toBe(true)
    expect(existsSync(machine.path(source))).toBe(false)
    expect(await machine.trashOn(source)).toHaveLength(1)
    expect(await machine.read(target, { epoch: 2, last: 0x10 })).toEqual({ missing: [], isRestSame: true })
    for (const { config } of [source, target]) expect(readdirSync(config.runDir)).toEqual([])
    await target.run({ kind: 'vm.start', vmId, vmEpoch: 2 })
    await using serial = await GuestSerial.open(target, vmId)
    await serial.waitFor(/#0003/, bootMs)
    await machine.stop(target, 2)
  })

  it('is there what it was here: one that crashed has crashed, and says how', async () => {
    const { source, target } = hosts
    const machine = await TravellingMachine.start(hosts, { mode: 'overlay', baseOn: [target] })
    const { vmId } = machine
    const running = (await scanProcesses(source.config.runDir)).find((found) => found.vmId === vmId)
    if (running) await killProcess(running)
    const { stateSince, lastExit } = await source.until(vmId, ({ state }) => state === 'crashed')
    const step = await hosts.begin(hosts.move(vmId), { disks: machine.overBase })
    expect(await step.report()).toMatchObject({ status: 'succeeded' })
    expect(lastExit).toMatchObject({ reason: 'qemu-exited' })
    expect(await target.observe(vmId)).toMatchObject({ state: 'crashed', epoch: 2, run: null, stateSince, lastExit })
    await target.run({ kind: 'vm.start', vmId, vmEpoch: 2 })
    expect(await target.observe(vmId)).toMatchObject({ state: 'running' })
    await machine.stop(target, 2)
  })

  it('is kept when it was started before it was sent: its memory would be lost', async () => {
    const { source } = hosts
    const machine = await machineThatWasOn()
    const { vmId } = machine
    const move = hosts.move(vmId)
    const options = { disks: machine.overBase }
    const listener = await hosts.prepare(move, {}, options)
    await source.run({ kind: 'vm.start', vmId, vmEpoch: firstEpoch })
    await hosts.sendBy(source.calls, { move, ...listener, options })
    expect(await new SendStep(move, 1).report()).toMatchObject({
      status: 'failed',
      error: {
        code: 'MOVE_REFUSED_BY_TARGET',
        message: expect.stringMatching(/prepared as a machine that is off/) as unknown,
      },
    })
    expect(await source.observe(vmId)).toMatchObject({ state: 'running', epoch: 3 })
    expect(existsSync(machine.path(hosts.target))).toBe(false)
    await machine.stop(source, 3)
  })

  it('stays as it was when that is cancelled, or its agent is killed meanwhile', async () => {
    const { source, target } = hosts
    const machine = await machineThatWasOn('copy')
    const { vmId } = machine
    const before = readFileSync(machine.path(source))
    const options = { ...slow, disks: machine.whole }
    const move = hosts.move(vmId)
    const step = await hosts.begin(move, options)
    await step.until(({ status, ...rest }) => status === 'running' && JSON.stringify(rest).includes('"doneBytes":1'))
    const started = source.run({ kind: 'vm.start', vmId, vmEpoch: firstEpoch })
    await expect(started).rejects.toMatchObject({ code: 'VM_BUSY' })
    await step.cancel()
    expect(await step.report()).toMatchObject({ status: 'failed', error: { code: 'OPERATION_CANCELLED' } })
    await hosts.abandon(move)
    expect(await isOffOnBoth()).toBe(true)

    const second = hosts.move(vmId)
    const listener = await hosts.prepare(second, {}, options)
    await source.stop()
    {
      await using agent = new AgentProcess(source)
      await using calls = await agent.launch()
      await hosts.sendBy(calls, { move: second, ...listener, options })
      while ((await scanProcesses(source.config.runDir)).length === 0) await pause(20)
      await agent.end('SIGKILL')
    }
    await source.start()
    expect(await source.observe(vmId)).toMatchObject({ state: 'stopped', run: null, lastExit: { reason: 'stopped' } })
    await hosts.abandon(second)
    expect(await isOffOnBoth()).toBe(true)
    expect(await hosts.owners(vmId)).toEqual({
      source: { kind: 'mine', epoch: firstEpoch },
      target: { kind: 'unknown' },
    })
    expect(existsSync(machine.path(target))).toBe(false)
    expect(readFileSync(machine.path(source)).equals(before)).toBe(true)
    expect(readdirSync(join(target.config.dataDir, 'pools/default/volumes')).includes(vmId)).toBe(false)
    await source.run({ kind: 'vm.start', vmId, vmEpoch: firstEpoch })
    await machine.stop(source)
  })
})
