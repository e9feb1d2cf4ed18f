/** kill -9 of the agent's process at any moment of a start, and what the next agent makes of it. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { stepReportSchema } from '@berth/core/agent-contract/step-report'
import type { VmId } from '@berth/core/ids/ids'
import { vmObservationSchema } from '@berth/core/vm/vm-observation'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { scanProcesses } from './qemu/process-identity.ts'
import { runDirPaths } from './qemu/run-dir.ts'
import { TestHost } from './testing/test-host.ts'
import type { AgentCalls } from './testing/test-panel.ts'

let host: TestHost
let child: ChildProcess | undefined
beforeEach(async () => {
  host = await TestHost.open()
})
afterEach(async () => {
  await kill()
  await host[Symbol.asyncDispose]()
})

function spawnAgent() {
  const env = { PATH: process.env['PATH'] ?? '', ...host.environment, LOG_LEVEL: 'info' }
  return spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], { env, stdio: ['ignore', 'pipe', 'inherit'] })
}

/** An agent as a process of its own, ready to be asked. */
async function launch(): Promise<AgentCalls> {
  const agent = spawnAgent()
  child = agent
  for await (const line of createInterface({ input: agent.stdout })) if (line.includes('the agent is ready')) break
  agent.stdout.resume()
  return host.panel.connect(host.config.listen.port)
}

async function kill(): Promise<void> {
  const agent = child
  child = undefined
  if (agent === undefined || agent.exitCode !== null || agent.signalCode !== null) return
  const exited = once(agent, 'exit')
  agent.kill('SIGKILL')
  await exited
}

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
      await using calls = await launch()
      const asked = calls.mutate('step.run', { ...request, attempt: 1 }).catch(() => undefined)
      await pause(afterMs)
      await kill()
      await asked
    }
    await using calls = await launch()
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
    await kill()
  }
})

/** The agent's own end, as its supervisor asks for it. Returns the exit code. */
async function terminate(): Promise<number | null> {
  const agent = child
  child = undefined
  if (agent === undefined) throw new Error('no agent runs')
  agent.kill('SIGTERM')
  await once(agent, 'exit')
  return agent.exitCode
}

it('ends by SIGTERM without touching machines', async () => {
  await host.start()
  const vmId = await host.defineAndStart()
  const before = await host.observe(vmId)
  await host.stop()
  {
    await using calls = await launch()
    expect((await observe(calls, vmId)).run).toEqual(before.run)
    expect(await terminate()).toBe(0)
  }
  expect((await scanProcesses(host.config.runDir)).map(({ pid }) => pid)).toEqual([before.run?.pid])
  await host.start()
  expect(await host.observe(vmId)).toMatchObject({ state: 'running', run: before.run })
})

it('sends a second agent on the same data away', async () => {
  await using _calls = await launch()
  const second = spawnAgent()
  let said = ''
  second.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  expect(await once(second, 'exit')).toEqual([1, null])
  expect(said).toMatch(/Another agent works with/)
})
