/** Machines on real QEMU, asked over mutual TLS the way the panel asks. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { newUuid, vmIdSchema } from '@berth/core/ids/ids'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findProcess } from '../qemu/process-identity.ts'
import { runDirPaths } from '../qemu/run-dir.ts'
import { bareSpec, TestHost } from '../testing/test-host.ts'

let host: TestHost
beforeAll(async () => {
  host = await TestHost.open()
  await host.start()
})
afterAll(async () => {
  await host[Symbol.asyncDispose]()
})

const vmEpoch = 1

describe('a machine', () => {
  it('starts, pauses, goes on, is reset, stops, and leaves nothing when it is removed', async () => {
    const vmId = await host.define()
    const started = await host.run({ kind: 'vm.start', vmId, vmEpoch })
    const running = await host.observe(vmId)
    expect(running).toMatchObject({ state: 'running', run: started, pauseReason: null, specRevision: 1 })
    expect(running.volumes).toHaveLength(1)

    await host.run({ kind: 'vm.pause', vmId, vmEpoch })
    expect(await host.observe(vmId)).toMatchObject({ state: 'paused', pauseReason: 'user' })
    await host.run({ kind: 'vm.resume', vmId, vmEpoch })
    await host.run({ kind: 'vm.reset', vmId, vmEpoch })
    const again = await host.observe(vmId)
    expect(again).toMatchObject({ state: 'running', run: started })
    expect(again.generation).toBeGreaterThan(running.generation)

    await host.run({ kind: 'vm.stop', vmId, vmEpoch })
    expect(await host.observe(vmId)).toMatchObject({ state: 'stopped', run: null, lastExit: { reason: 'stopped' } })

    const { volumeId } = host.agent.context.machines.require(vmId).record.spec.disks[0] ?? {}
    if (volumeId === undefined) throw new Error('no disk')
    await host.run({ kind: 'vm.undefine', vmId, vmEpoch })
    await host.run({ kind: 'volume.delete', vmId, vmEpoch, volumeId })
    await expect(host.observe(vmId)).rejects.toMatchObject({ code: 'VM_NOT_FOUND' })
    expect(existsSync(join(host.config.dataDir, 'vms', vmId))).toBe(false)
    expect(existsSync(runDirPaths(host.config.runDir, vmId).dir)).toBe(false)
    expect(existsSync(join(host.config.dataDir, 'pools/default/volumes', vmId))).toBe(false)
  })

  it('finds the work done when it is asked again, and does it once', async () => {
    const vmId = await host.defineAndStart()
    const { run } = await host.observe(vmId)
    expect(await host.run({ kind: 'vm.start', vmId, vmEpoch })).toEqual({ runId: run?.runId })
    await host.run({ kind: 'vm.resume', vmId, vmEpoch })
    await Promise.all([host.run({ kind: 'vm.pause', vmId, vmEpoch }), host.run({ kind: 'vm.pause', vmId, vmEpoch })])
    expect((await host.observe(vmId)).run).toEqual(run)
    await Promise.all([host.run({ kind: 'vm.stop', vmId, vmEpoch }), host.run({ kind: 'vm.stop', vmId, vmEpoch })])
    await host.run({ kind: 'vm.stop', vmId, vmEpoch })
    await host.run({ kind: 'vm.undefine', vmId, vmEpoch })
    await host.run({ kind: 'vm.undefine', vmId, vmEpoch })
  })

  it('says crashed within a second when QEMU is killed, with how and what was printed', async () => {
    const vmId = await host.defineAndStart()
    const { run } = await host.observe(vmId)
    if (run === null) throw new Error('not running')
    const killedAt = performance.now()
    process.kill(run.pid, 'SIGKILL')
    const crashed = await host.until(vmId, (vm) => vm.state === 'crashed')
    expect(performance.now() - killedAt).toBeLessThan(1_000)
    expect(crashed.lastExit).toMatchObject({
      reason: 'qemu-exited',
      signal: 'SIGKILL',
      message: 'QEMU was killed by SIGKILL.',
    })
    await host.run({ kind: 'vm.start', vmId, vmEpoch })
    const next = await host.observe(vmId)
    expect(next.state).toBe('running')
    expect(next.run?.runId).not.toBe(run.runId)
    await host.run({ kind: 'vm.stop', vmId, vmEpoch })
  })

  it('keeps what QEMU printed before it was ended by a signal from outside', async () => {
    const vmId = await host.defineAndStart()
    const { run } = await host.observe(vmId)
    if (run === null) throw new Error('not running')
    process.kill(run.pid, 'SIGTERM')
    const { lastExit } = await host.until(vmId, (vm) => vm.state === 'crashed')
    expect(lastExit).toMatchObject({ reason: 'qemu-exited', exitCode: 0 })
    expect(lastExit?.lastLines.at(-1)).toMatch(/terminating on signal 15 from pid/)
    await host.run({ kind: 'vm.undefine', vmId, vmEpoch })
  })

  it('names QEMU’s own words when it cannot start, and leaves nothing behind', async () => {
    const vmId = await host.define({ machineType: 'pc-q35-99.9' })
    const start = host.run({ kind: 'vm.start', vmId, vmEpoch })
    await expect(start).rejects.toMatchObject({ code: 'QEMU_START_FAILED', details: { exitCode: 1 } })
    const vm = await host.observe(vmId)
    expect(vm).toMatchObject({ state: 'stopped', run: null, lastExit: { reason: 'start-failed', exitCode: 1 } })
    expect(vm.lastExit?.lastLines.join(' ')).toMatch(/unsupported machine type/)
    expect(existsSync(runDirPaths(host.config.runDir, vmId).dir)).toBe(false)
    expect(readdirSync(join(host.config.dataDir, 'vms', vmId, 'logs'))).toHaveLength(1)
    await host.run({ kind: 'vm.undefine', vmId, vmEpoch })
  })

  it('runs on when its guest ignores the shutdown', async () => {
    const vmId = await host.defineAndStart()
    const shutdown = host.run({ kind: 'vm.shutdown', vmId, vmEpoch, timeoutMs: 1_000 })
    await host.until(vmId, (vm) => vm.state === 'stopping')
    await expect(shutdown).rejects.toMatchObject({ code: 'GUEST_IGNORED_SHUTDOWN' })
    expect(await host.observe(vmId)).toMatchObject({ state: 'running' })
    await host.run({ kind: 'vm.stop', vmId, vmEpoch })
  })

  it('stops at once while a shutdown waits, and the shutdown then has what it wanted', async () => {
    const vmId = await host.defineAndStart()
    const shutdown = host.report({ kind: 'vm.shutdown', vmId, vmEpoch, timeoutMs: 60_000 })
    await host.until(vmId, (vm) => vm.state === 'stopping')
    await expect(host.run({ kind: 'vm.pause', vmId, vmEpoch })).rejects.toMatchObject({ code: 'VM_BUSY' })
    await host.run({ kind: 'vm.stop', vmId, vmEpoch })
    expect(await host.observe(vmId)).toMatchObject({ state: 'stopped' })
    expect(await shutdown).toMatchObject({ status: 'failed', error: { code: 'OPERATION_CANCELLED' } })
  })

  it('that hangs delays no other, goes on being told of, and can be stopped', async () => {
    const [hung, well] = [await host.defineAndStart(), await host.defineAndStart()]
    const { run } = await host.observe(hung)
    if (run === null) throw new Error('not running')
    process.kill(run.pid, 'SIGSTOP')
    const signal = AbortSignal.timeout(20_000)
    let rounds = 0
    for await (const { event } of host.agent.context.events.read({ lastEventId: null, signal })) {
      if (event.kind === 'vm.sampled' && event.samples[well] !== undefined && ++rounds === 3) break
    }
    expect(rounds).toBe(3)
    await host.run({ kind: 'vm.pause', vmId: well, vmEpoch })
    expect(host.agent.context.machines.observations().map(({ vmId }) => vmId)).toContain(hung)
    await host.run({ kind: 'vm.stop', vmId: hung, vmEpoch })
    expect(host.agent.context.machines.require(hung).record).toMatchObject({ state: 'stopped', run: null })
    await host.run({ kind: 'vm.stop', vmId: well, vmEpoch })
  })

  it('refuses with the reason what its state does not allow', async () => {
    const vmId = await host.defineAndStart()
    const { volumeId } = host.agent.context.machines.require(vmId).record.spec.disks[0] ?? {}
    if (volumeId === undefined) throw new Error('no disk')
    const refused = { code: 'VM_STATE_CONFLICT' }
    await expect(host.run({ kind: 'vm.undefine', vmId, vmEpoch })).rejects.toMatchObject(refused)
    await expect(host.run({ kind: 'volume.delete', vmId, vmEpoch, volumeId })).rejects.toMatchObject(refused)
    await host.run({ kind: 'vm.stop', vmId, vmEpoch })
    for (const kind of ['vm.pause', 'vm.reset', 'vm.resume'] as const) {
      await expect(host.run({ kind, vmId, vmEpoch })).rejects.toMatchObject(refused)
    }
    const stranger = vmIdSchema.parse(newUuid())
    await expect(host.run({ kind: 'vm.start', vmId: stranger, vmEpoch })).rejects.toMatchObject({
      code: 'VM_NOT_FOUND',
    })
  })

  it('obeys no owner of a lower epoch, and forgets no revision', async () => {
    const vmId = await host.define()
    const spec = bareSpec({ name: 'renamed' })
    await host.run({ kind: 'vm.define', vmId, vmEpoch: 3, revision: 7, spec })
    await expect(host.run({ kind: 'vm.start', vmId, vmEpoch: 2 })).rejects.toMatchObject({ code: 'EPOCH_STALE' })
    await expect(host.run({ kind: 'vm.undefine', vmId, vmEpoch: 2 })).rejects.toMatchObject({ code: 'EPOCH_STALE' })
    const older = host.run({ kind: 'vm.define', vmId, vmEpoch: 3, revision: 6, spec })
    await expect(older).rejects.toMatchObject({ code: 'REVISION_CONFLICT' })
    expect(await host.observe(vmId)).toMatchObject({ epoch: 3, specRevision: 7, state: 'stopped' })
  })

  it('keeps the cloud-init password out of its record', async () => {
    const password = 'correct-horse-battery'
    const vmId = await host.define({ cloudInit: { user: 'joe', sshKeys: [], password } })
    const folder = join(host.config.dataDir, 'vms', vmId)
    expect(readFileSync(join(folder, 'seed.iso'), 'latin1')).toContain(password)
    expect(readFileSync(join(folder, 'vm.json'), 'utf8')).not.toContain(password)
    expect(readFileSync(join(host.config.dataDir, 'journal/steps.jsonl'), 'utf8')).not.toContain(password)
  })

  it('runs as a user of its own without privileges', async () => {
    const vmId = await host.defineAndStart()
    const identity = await findProcess(runDirPaths(host.config.runDir, vmId), vmId)
    if (identity === undefined) throw new Error('no process')
    const status = readFileSync(`/proc/${identity.pid}/status`, 'utf8')
    const { uid } = host.agent.context.machines.require(vmId).record
    expect(status).toMatch(new RegExp(`^Uid:\\s+${uid}\\s`, 'm'))
    expect(status).toMatch(/^CapEff:\s+0000000000000000$/m)
    await host.run({ kind: 'vm.stop', vmId, vmEpoch })
  })
})
