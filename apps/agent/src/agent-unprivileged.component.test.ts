/** The agent of somebody who is not root: user-mode networking and software emulation, and it says so. */
import { chown, mkdir } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { networkIdSchema, newUuid, nicIdSchema, vmIdSchema } from '@berth/core/ids/ids'
import type { AgentCommand } from '@berth/core/agent-contract/agent-commands'
import { stepReportSchema, type StepReport } from '@berth/core/agent-contract/step-report'
import { hostFactsSchema } from '@berth/core/host/host'
import { vmObservationSchema } from '@berth/core/vm/vm-observation'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { AgentProcess } from './testing/agent-process.ts'
import { bareSpec, TestHost } from './testing/test-host.ts'

const nobody = { uid: 65_534, gid: 65_534 }
const vmEpoch = 1

it.skipIf(process.getuid?.() !== 0)('starts and stops machines, and says what it cannot', async () => {
  await using host = await TestHost.open()
  for (const path of [host.root, host.config.dataDir, host.config.runDir]) {
    await mkdir(path, { recursive: true })
    await chown(path, nobody.uid, nobody.gid)
  }
  await using agent = new AgentProcess(host, nobody)
  await using calls = await agent.launch()
  let steps = 0
  const report = async (command: AgentCommand): Promise<StepReport> => {
    const key = { operationId: host.operationId, step: `step-${++steps}`, attempt: 1, epoch: 1 }
    return stepReportSchema.parse(await calls.mutate('step.run', { ...key, command, waitMs: 30_000 }))
  }
  const { facts } = z.object({ facts: hostFactsSchema }).parse(await calls.query('host.snapshot'))
  expect(facts).toMatchObject({ isRoot: false, networkKinds: ['user'], acceleration: { kind: 'tcg' } })
  expect(facts.checks.find(({ name }) => name === 'machine users')).toMatchObject({ status: 'warning' })

  const vmId = vmIdSchema.parse(newUuid())
  const spec = bareSpec()
  for (const disk of spec.disks)
    expect(await report({ kind: 'volume.create', vmId, vmEpoch, disk })).toMatchObject(done)
  expect(await report({ kind: 'vm.define', vmId, vmEpoch, revision: 1, spec })).toMatchObject(done)
  expect(await report({ kind: 'vm.start', vmId, vmEpoch })).toMatchObject(done)
  const vm = vmObservationSchema.parse(await calls.query('vm.observe', { vmId }))
  expect(vm.state).toBe('running')
  expect(readFileSync(`/proc/${vm.run?.pid ?? 0}/status`, 'utf8')).toMatch(/^Uid:\s+65534\s/m)
  expect(await report({ kind: 'vm.stop', vmId, vmEpoch })).toMatchObject(done)

  const network = { networkId: networkIdSchema.parse(newUuid()), kind: 'nat', gatewayCidr: '10.214.1.1/24' } as const
  const nics = [{ nicId: nicIdSchema.parse(newUuid()), mac: '52:54:00:12:34:56', network }]
  expect(await report({ kind: 'vm.define', vmId, vmEpoch, revision: 2, spec: { ...spec, nics } })).toMatchObject(done)
  const refused = { status: 'failed', error: { code: 'NETWORK_SETUP_FAILED' } }
  expect(await report({ kind: 'vm.start', vmId, vmEpoch })).toMatchObject(refused)
})

const done = { status: 'succeeded' }
