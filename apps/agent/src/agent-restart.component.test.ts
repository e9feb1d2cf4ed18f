/** What a restart of the agent finds: machines that ran on, ended meanwhile, or belong to another boot of the host. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { TestHost } from './testing/test-host.ts'
import { runDirPaths } from './qemu/run-dir.ts'
import { killProcess, findProcess, scanProcesses } from './qemu/process-identity.ts'
import { vmRecordSchema, type VmRecord } from './vm/vm-record.ts'
import type { VmId } from '@berth/core/ids/ids'

let host: TestHost
beforeEach(async () => {
  host = await TestHost.open()
  await host.start()
})
afterEach(async () => {
  await host[Symbol.asyncDispose]()
})

const vmEpoch = 1
const recordPath = (vmId: VmId): string => join(host.config.dataDir, 'vms', vmId, 'vm.json')

/** Stands in for what only a reboot, or a kill in one certain moment, would write. */
function editRecord(vmId: VmId, change: (record: VmRecord) => Partial<VmRecord>): void {
  const record = vmRecordSchema.parse(JSON.parse(readFileSync(recordPath(vmId), 'utf8')))
  writeFileSync(recordPath(vmId), JSON.stringify({ ...record, ...change(record) }))
}

describe('after a restart the agent', () => {
  it('has the same machines: same process, same uptime, a higher generation, and commands work', async () => {
    const vmId = await host.defineAndStart()
    const before = await host.observe(vmId)
    await host.stop()
    await host.start()
    const after = await host.observe(vmId)
    expect(after).toMatchObject({ state: 'running', run: before.run, stateSince: before.stateSince })
    expect(after.generation).toBeGreaterThan(before.generation)
    expect(host.panel.joinCount()).toBe(1)
    await host.run({ kind: 'vm.pause', vmId, vmEpoch })
    await host.stop()
    await host.start()
    expect(await host.observe(vmId)).toMatchObject({ state: 'paused', pauseReason: 'user', run: before.run })
    await host.run({ kind: 'vm.stop', vmId, vmEpoch })
  })

  it('says what became of a machine that ended meanwhile', async () => {
    const vmId = await host.defineAndStart()
    await host.stop()
    const identity = await findProcess(runDirPaths(host.config.runDir, vmId), vmId)
    if (identity === undefined) throw new Error('no process')
    await killProcess(identity)
    await host.start()
    expect(await host.observe(vmId)).toMatchObject({ state: 'crashed', run: null, lastExit: { reason: 'qemu-exited' } })
    await host.run({ kind: 'vm.start', vmId, vmEpoch })
    await host.run({ kind: 'vm.stop', vmId, vmEpoch })
  })

  it('undoes a start that was broken off: before the record of its run, and after it', async () => {
    const vmId = await host.defineAndStart()
    for (const hasRun of [false, true]) {
      await host.run({ kind: 'vm.start', vmId, vmEpoch })
      await host.run({ kind: 'vm.pause', vmId, vmEpoch })
      await host.stop()
      editRecord(vmId, ({ run }) => ({ state: 'starting', run: hasRun ? run : null }))
      await host.start()
      if (hasRun) {
        // Its vCPUs ran already, as QEMU says: then it is no start that was broken off.
        expect(await host.observe(vmId)).toMatchObject({ state: 'paused' })
        await host.run({ kind: 'vm.stop', vmId, vmEpoch })
      } else {
        expect(await host.observe(vmId)).toMatchObject({ state: 'stopped', lastExit: { reason: 'start-failed' } })
        expect(await scanProcesses(host.config.runDir)).toEqual([])
      }
    }
  })

  it('takes over the others while one QEMU hangs, which is told and can be stopped', async () => {
    const [hung, well] = [await host.defineAndStart(), await host.defineAndStart()]
    const { run } = await host.observe(hung)
    if (run === null) throw new Error('not running')
    await host.stop()
    process.kill(run.pid, 'SIGSTOP')
    await host.start()
    expect(await host.observe(well)).toMatchObject({ state: 'running' })
    const { checks } = await host.agent.context.facts()
    expect(checks).toContainEqual(expect.objectContaining({ name: 'silent machines', status: 'warning' }))
    const unavailable = { code: 'QMP_UNAVAILABLE' }
    await expect(host.run({ kind: 'vm.pause', vmId: hung, vmEpoch })).rejects.toMatchObject(unavailable)
    await host.run({ kind: 'vm.pause', vmId: well, vmEpoch })
    await host.run({ kind: 'vm.stop', vmId: hung, vmEpoch })
    expect(await host.observe(hung)).toMatchObject({ state: 'stopped', run: null })
    await host.run({ kind: 'vm.start', vmId: hung, vmEpoch })
    for (const vmId of [hung, well]) await host.run({ kind: 'vm.stop', vmId, vmEpoch })
  })

  it('takes over a QEMU that hung, once it answers again', async () => {
    const vmId = await host.defineAndStart()
    const { run } = await host.observe(vmId)
    if (run === null) throw new Error('not running')
    await host.stop()
    process.kill(run.pid, 'SIGSTOP')
    await host.start()
    process.kill(run.pid, 'SIGCONT')
    await vi.waitFor(() => expect(host.agent.context.machines.require(vmId).machine).toBeDefined(), 15_000)
    await host.run({ kind: 'vm.pause', vmId, vmEpoch })
    expect(await host.observe(vmId)).toMatchObject({ state: 'paused', run })
    await host.run({ kind: 'vm.stop', vmId, vmEpoch })
  })

  it('starts what was on before the host’s reboot, once, and not what was off', async () => {
    const on = await host.defineAndStart()
    const off = await host.defineAndStart()
    await host.run({ kind: 'vm.stop', vmId: off, vmEpoch })
    await host.stop()
    for (const identity of await scanProcesses(host.config.runDir)) await killProcess(identity)
    editRecord(on, ({ run }) => ({ run: run === null ? null : { ...run, bootId: 'an-earlier-boot' } }))
    await host.start()
    const started = await host.until(on, (vm) => vm.state === 'running')
    expect(started.lastExit).toMatchObject({ reason: 'host-restarted' })
    expect(await host.observe(off)).toMatchObject({ state: 'stopped' })
    await host.run({ kind: 'vm.stop', vmId: on, vmEpoch })
    await host.stop()
    await host.start()
    expect(await host.observe(on)).toMatchObject({ state: 'stopped', run: null })
  })

  it('answers old steps from its journal', async () => {
    const vmId = await host.define()
    const request = {
      ...{ operationId: host.operationId, step: 'start', attempt: 1, epoch: 4, waitMs: 20_000 },
      command: { kind: 'vm.start', vmId, vmEpoch },
    }
    const report = await host.calls.mutate('step.run', request)
    await host.stop()
    await host.start()
    const kept = await host.calls.mutate('step.run', request)
    expect(kept).toMatchObject({ status: 'succeeded', result: {} })
    // All that it said then but how the machine was, which may be otherwise by now.
    expect(report).toEqual({ ...Object(kept), sighting: expect.anything() })
    const stale = host.calls.mutate('step.run', { ...request, step: 'stop', epoch: 3 })
    await expect(stale).rejects.toMatchObject({ code: 'EPOCH_STALE' })
  })
})
