/** kill -9 of the agent in the middle of its other commands: done or interrupted, nothing left over, and the next works. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { AgentCommand } from '@berth/core/agent-contract/agent-commands'
import { stepReportSchema, type StepReport } from '@berth/core/agent-contract/step-report'
import { imageIdSchema, newUuid, vmIdSchema } from '@berth/core/ids/ids'
import { MiB } from '@berth/core/units/bytes'
import { vmObservationSchema } from '@berth/core/vm/vm-observation'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { runCommand } from './exec/run-command.ts'
import { scanProcesses } from './qemu/process-identity.ts'
import { listRunDirs } from './qemu/run-dir.ts'
import { AgentProcess } from './testing/agent-process.ts'
import { bareSpec, TestHost } from './testing/test-host.ts'

let host: TestHost
let agent: AgentProcess
beforeEach(async () => {
  host = await TestHost.open()
  agent = new AgentProcess(host)
  await host.start()
  await host.stop()
})
afterEach(async () => {
  await agent[Symbol.asyncDispose]()
  await host[Symbol.asyncDispose]()
})

const vmEpoch = 1
const poolPath = (...names: string[]): string => join(host.config.dataDir, 'pools/default', ...names)
const namesIn = (folder: string): string[] =>
  (existsSync(folder) ? readdirSync(folder, { recursive: true }) : []).map(String)
let steps = 0

/** Kills the agent `afterMs` into the command; returns what the next agent says of it, and then does it again. */
async function interrupt(
  command: AgentCommand,
  afterMs: number,
  look: () => void = () => undefined,
): Promise<StepReport> {
  const key = { operationId: host.operationId, step: `${command.kind}-${++steps}`, epoch: 1 }
  const request = { ...key, command, waitMs: 30_000 }
  {
    await using calls = await agent.launch()
    const asked = calls.mutate('step.run', { ...request, attempt: 1 }).catch(() => undefined)
    await pause(afterMs)
    await agent.end('SIGKILL')
    await asked
  }
  await using calls = await agent.launch()
  const first = stepReportSchema.parse(await calls.query('step.wait', { ...key, attempt: 1, waitMs: 0 }))
  expect(['absent', 'interrupted', 'succeeded']).toContain(first.status)
  look()
  const second = stepReportSchema.parse(await calls.mutate('step.run', { ...request, attempt: 2 }))
  await agent.end('SIGKILL')
  return second
}

const unfinished = (): string[] =>
  [...namesIn(poolPath()), ...namesIn(join(host.config.dataDir, 'vms'))].filter((name) =>
    /\.(part|download)$/.test(name),
  )

it('image.import and a disk that copies it', { timeout: 300_000 }, async () => {
  const disk = poolPath('incoming', 'big.qcow2')
  await runCommand({ file: 'qemu-img', args: ['create', '-q', '-f', 'qcow2', disk, '64M'], timeoutMs: 20_000 })
  await runCommand({ file: 'qemu-io', args: ['-f', 'qcow2', '-c', 'write -P 7 0 60M', disk], timeoutMs: 30_000 })
  const imageId = imageIdSchema.parse(newUuid())
  const source = { kind: 'incoming', fileName: 'big.qcow2', checksum: null } as const
  const lookClean = (): void => expect(unfinished()).toEqual([])
  for (const afterMs of [20, 150, 400]) {
    const imported = await interrupt({ kind: 'image.import', imageId, pool: 'default', source }, afterMs, lookClean)
    expect(imported).toMatchObject({ status: 'succeeded', result: { imageId } })
  }
  const vmId = vmIdSchema.parse(newUuid())
  const [template] = bareSpec().disks
  if (template === undefined) throw new Error('no disk')
  const copy = { ...template, sizeBytes: 64 * MiB, source: { kind: 'image', imageId, mode: 'copy' } as const }
  for (const afterMs of [30, 120, 250]) {
    const create = { kind: 'volume.create', vmId, vmEpoch, disk: copy } as const
    expect(await interrupt(create, afterMs, lookClean)).toMatchObject({ status: 'succeeded' })
  }
  expect(namesIn(poolPath('volumes', vmId))).toEqual([`${copy.volumeId}.qcow2`])
})

it('vm.define, vm.stop and vm.undefine', { timeout: 300_000 }, async () => {
  const vmId = vmIdSchema.parse(newUuid())
  const spec = bareSpec({ cloudInit: { user: 'joe', sshKeys: [], password: 'a-secret-of-joe' } })
  const [disk] = spec.disks
  if (disk === undefined) throw new Error('no disk')
  const isWhole = (): void => {
    const names = namesIn(join(host.config.dataDir, 'vms', vmId))
    expect(names.length === 0 || names.includes('vm.json')).toBe(true)
    expect(unfinished()).toEqual([])
  }
  for (const afterMs of [3, 10, 25]) {
    const report = await interrupt({ kind: 'vm.define', vmId, vmEpoch, revision: 1, spec }, afterMs, isWhole)
    expect(report).toMatchObject({ status: 'succeeded' })
  }
  expect(await interrupt({ kind: 'volume.create', vmId, vmEpoch, disk }, 5)).toMatchObject({ status: 'succeeded' })
  for (const afterMs of [2, 8, 20]) {
    expect(await interrupt({ kind: 'vm.start', vmId, vmEpoch }, 0)).toMatchObject({ status: 'succeeded' })
    expect(await interrupt({ kind: 'vm.stop', vmId, vmEpoch }, afterMs)).toMatchObject({ status: 'succeeded' })
    await using calls = await agent.launch()
    const vm = vmObservationSchema.parse(await calls.query('vm.observe', { vmId }))
    expect(['stopped', 'crashed']).toContain(vm.state)
    expect(await scanProcesses(host.config.runDir)).toEqual([])
    expect(await listRunDirs(host.config.runDir)).toEqual([])
    await agent.end('SIGKILL')
  }
  expect(await interrupt({ kind: 'vm.undefine', vmId, vmEpoch }, 3, isWhole)).toMatchObject({ status: 'succeeded' })
  expect(existsSync(join(host.config.dataDir, 'vms', vmId))).toBe(false)
})
