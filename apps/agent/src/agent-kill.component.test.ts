/** kill -9 of the agent's process at any moment of a start, and what the next agent makes of it. */
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { stepReportSchema } from '@berth/core/agent-contract/step-report'
import type { VmId } from '@berth/core/ids/ids'
import { vmObservationSchema } from '@berth/core/vm/vm-observation'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { scanProcesses } from './qemu/process-identity.ts'
import { runDirPaths } from './qemu/run-dir.ts'
import { AgentProcess } from './testing/agent-process.ts'
import { TestHost } from './testing/test-host.ts'
import type { AgentCalls } from './testing/test-panel.ts'

let host: TestHost
let agent: AgentProcess
beforeEach(async () => {
  host = await TestHost.open()
  agent = new AgentProcess(host)
})
afterEach(async () => {
  await agent[Symbol.asyncDispose]()
  await host[Symbol.asyncDispose]()
})

const vmEpoch = 1
const observe = async (calls: AgentCalls, vmId: VmId) =>
  vmObservationSchema.parse(await calls.query('vm.observe', { vmId }))

it('done, undone or interrupted, without leftovers, and the next attempt succeeds', async () => {
  await host.start()
  const vmId = await host.define()
  await host.stop()
  const { operationId } = host
  for (const [index, afterMs] of [0, 15, 40, 70, 100, 130, 170].entries()) {
    const step = `start-${index}`
    const request = { operationId, step, epoch: 1, command: { kind: 'vm.start', vmId, vmEpoch }, waitMs: 20_000 }
    {
      await using calls = await agent.launch()
      const asked = calls.mutate('step.run', { ...request, attempt: 1 }).catch(() => undefined)
      await pause(afterMs)
      await agent.end('SIGKILL')
      await asked
    }
    await using calls = await agent.launch()
    const report = stepReportSchema.parse(await calls.query('step.wait', { operationId, step, attempt: 1, waitMs: 0 }))
    expect(['absent', 'interrupted', 'succeeded']).toContain(report.status)
    const found = await observe(calls, vmId)
    const processes = await scanProcesses(host.config.runDir)
    expect(['stopped', 'running']).toContain(found.state)
    expect(processes.map(({ pid }) => pid)).toEqual(found.run === null ? [] : [found.run.pid])
    if (found.state === 'stopped') expect(existsSync(runDirPaths(host.config.runDir, vmId).dir)).toBe(false)
    const again = stepReportSchema.parse(await calls.mutate('step.run', { ...request, attempt: 2 }))
    expect(again.status).toBe('succeeded')
    expect(await observe(calls, vmId)).toMatchObject({ state: 'running' })
    expect(await scanProcesses(host.config.runDir)).toHaveLength(1)
    await calls.mutate('step.run', {
      ...request,
      step: `stop-${index}`,
      attempt: 1,
      command: { kind: 'vm.stop', vmId, vmEpoch },
    })
    await agent.end('SIGKILL')
  }
})

it('ends by SIGTERM without touching machines', async () => {
  await host.start()
  const vmId = await host.defineAndStart()
  const before = await host.observe(vmId)
  await host.stop()
  {
    await using calls = await agent.launch()
    expect((await observe(calls, vmId)).run).toEqual(before.run)
    expect(await agent.end('SIGTERM')).toBe(0)
  }
  expect((await scanProcesses(host.config.runDir)).map(({ pid }) => pid)).toEqual([before.run?.pid])
  await host.start()
  expect(await host.observe(vmId)).toMatchObject({ state: 'running', run: before.run })
})

it('sends a second agent on the same data away', async () => {
  await using _calls = await agent.launch()
  const second = agent.spawn()
  let said = ''
  second.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  expect(await once(second, 'exit')).toEqual([1, null])
  expect(said).toMatch(/Another agent works with/)
})
