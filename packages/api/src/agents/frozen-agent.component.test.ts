/** An agent of an earlier day against today's panel: neighbouring versions work together, and what the old one cannot is said. */
import { expect, test, vi } from 'vitest'
import { z } from 'zod'
import { agentContract } from '@berth/core/agent-contract/agent-contract'
import { hostIdSchema, newUuid, operationIdSchema } from '@berth/core/ids/ids'
import { addImage, addVm } from '../testing/fleet-fixture-repo.ts'
import { openTestPanel } from '../testing/open-test-panel.ts'
import { newScriptedHost } from '../testing/scripted-host.ts'
import {
  frozenCapabilities,
  frozenPaths,
  frozenVersion,
  parseFrozenInput,
  parseFrozenOutput,
} from './testing/frozen-contract.ts'

const facts = {
  hostname: 'old',
  osName: 'Debian 12',
  kernel: '6.1',
  architecture: 'x86_64',
  cpuModel: 'test',
  cpuCount: 4,
  memoryBytes: 8 * 2 ** 30,
  bootId: 'boot',
  bootedAt: '2026-01-01T00:00:00.000Z',
  isRoot: true,
  qemuVersion: '7.2',
  qemuPath: '/usr/bin/qemu-system-x86_64',
  defaultMachineType: 'pc-q35-7.2',
  machineTypes: ['pc-q35-7.2'],
  acceleration: { kind: 'tcg', reason: 'a test' },
  firmwares: ['bios'],
  networkKinds: ['user', 'nat'],
  nics: [],
  checks: [],
}
const pool = {
  name: 'default',
  path: '/var/lib/berth/pools/default',
  totalBytes: 2 ** 40,
  freeBytes: 2 ** 39,
  committedBytes: 0,
  supportsDirectIo: true,
}
const stepSchema = z.object({ command: z.object({ kind: z.string() }) })

test('starts machines on it, shows what it says, and asks it for nothing that it does not know', async () => {
  await using world = await openTestPanel({ isWorking: true })
  const { panel } = world.process
  await using agent = await newScriptedHost(world, 'host-old', {
    capabilities: [...frozenCapabilities],
    version: frozenVersion,
  })
  const commands: string[] = []
  agent.onStep = (input) => {
    commands.push(stepSchema.parse(parseFrozenInput('step.run', input)).command.kind)
    return parseFrozenOutput('step.run', { status: 'succeeded', result: { runId: 'run-1' } })
  }
  const snapshot = { facts, vms: [], pools: [pool], images: [], at: new Date().toISOString() }
  agent.tell(z.looseObject({}).parse(parseFrozenOutput('agent.events', { kind: 'host.snapshot', snapshot })))

  const api = world.as(world.admin)
  const hostId = hostIdSchema.parse(agent.hostId)
  const told = {
    state: 'online',
    facts: { hostname: 'old' },
    pools: [{ name: 'default', freeBytes: 2 ** 39 }],
    agentFit: {
      kind: 'partial',
      missing: ['refusals', 'moves', 'pools', 'move-options', 'forecast', 'mirror', 'off-moves', 'image-transfer'],
    },
  }
  await vi.waitFor(async () => expect(await api.host.get({ hostId })).toMatchObject(told), 10_000)

  await addImage(panel.db, agent.hostId)
  const vmId = await addVm(panel.db, { ownerId: world.ada.userId, hostId: agent.hostId, name: 'web-1' })
  const { operationId } = await api.vm.start({ vmId })
  const ended = async () => (await api.operation.get({ operationId })).status
  await vi.waitFor(async () => expect(await ended()).toBe('succeeded'), 15_000)
  expect(commands).toEqual(['vm.define', 'vm.start'])

  // What it cannot is refused here, with the reason, and never sent.
  const step = { operationId: operationIdSchema.parse(newUuid()), step: 'inspect', attempt: 1, epoch: 1, waitMs: 0 }
  const command = { kind: 'move.inspect', vmId: z.uuid().brand<'VmId'>().parse(vmId), vmEpoch: 1 } as const
  await expect(
    panel.agents.link(agent.hostId).call(agentContract.step.run, { ...step, command }),
  ).rejects.toMatchObject({
    code: 'AGENT_INCOMPATIBLE',
    details: { needed: 'moves' },
  })
  expect(commands).toEqual(['vm.define', 'vm.start'])
  expect(agent.askedPaths.filter((path) => !frozenPaths.includes(path))).toEqual([])
})
