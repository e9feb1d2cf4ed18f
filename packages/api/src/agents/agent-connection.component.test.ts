import { X509Certificate } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import { agentContract } from '@berth/core/agent-contract/agent-contract'
import type { AgentEvent } from '@berth/core/agent-contract/agent-events'
import { newUuid, operationIdSchema, vmIdSchema } from '@berth/core/ids/ids'
import { silentLog } from '../operation/testing/operation-world.ts'
import type { AgentAddress } from './agent-client.ts'
import { AgentConnection } from './agent-connection.ts'
import type { AgentHello } from './agent-sink.ts'
import { ScriptedAgent } from './testing/scripted-agent.ts'

const vmId = vmIdSchema.parse(newUuid())
const removed = (generation: number): AgentEvent => ({ kind: 'vm.removed', vmId, epoch: 1, generation })

function connect(
  agent: ScriptedAgent,
  { hostId = agent.hostId, refused = [] }: { hostId?: string; refused?: string[] } = {},
) {
  const hellos: AgentHello[] = []
  const misfits: AgentHello[] = []
  const received: AgentEvent[] = []
  const renewals: AgentAddress[] = []
  const clock = { nowMs: Date.now() }
  const connection = new AgentConnection({
    target: { hostId, address: agent.address, port: agent.port },
    identity: async () => agent.panelIdentity,
    refusedCertificates: async () => refused,
    renew: async (_client, target) => void renewals.push(target),
    now: () => clock.nowMs,
    sink: {
      connected: (_hostId, hello) => hellos.push(hello),
      incompatible: (_hostId, hello) => misfits.push(hello),
      received: (_hostId, event) => received.push(event),
    },
    log: silentLog,
  })
  return {
    connection,
    hellos,
    misfits,
    received,
    renewals,
    clock,
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  }
}

const within = (ms: number): AbortSignal => AbortSignal.timeout(ms)

describe('the line to an agent', () => {
  it('goes on behind the last event when the agent comes back, and waiting work hears of it', async () => {
    await using agent = await ScriptedAgent.start()
    await using line = connect(agent)
    agent.tell(removed(1))
    agent.tell(removed(2))
    await vi.waitFor(() => expect(line.received).toHaveLength(2))
    expect(line.connection.isOnline).toBe(true)

    await agent.down()
    await vi.waitFor(() =>
      expect(line.connection.call(agentContract.agent.hello, undefined)).rejects.toMatchObject({
        code: 'HOST_UNREACHABLE',
        message: expect.stringContaining('not connected') as unknown,
      }),
    )
    expect(line.connection.isOnline).toBe(true) // heard from less than 10 s ago
    agent.tell(removed(3))
    const back = line.connection.whenOnline(within(10_000))
    await agent.up()
    await back
    await vi.waitFor(() => expect(line.received).toEqual([removed(1), removed(2), removed(3)]))
    expect(agent.askedFor).toEqual([null, 's:2'])
  })

  it('hands the ends of steps to who works on that operation', async () => {
    await using agent = await ScriptedAgent.start()
    await using line = connect(agent)
    const operationId = operationIdSchema.parse(newUuid())
    const heard: unknown[] = []
    const stop = line.connection.onStepEvent(operationId, (event) => heard.push(event))
    const end = (id: typeof operationId): AgentEvent => ({
      kind: 'step.ended',
      key: { operationId: id, step: 'start', attempt: 1 },
      report: { status: 'succeeded', result: {} },
    })
    agent.tell(end(operationIdSchema.parse(newUuid())))
    agent.tell(end(operationId))
    await vi.waitFor(() => expect(heard).toEqual([end(operationId)]))
    stop()
    expect(line.received).toEqual([])
  })

  it('throws the agent’s own error, and says when an answer has another shape or does not come', async () => {
    await using agent = await ScriptedAgent.start()
    await using line = connect(agent)
    await line.connection.whenOnline(within(10_000))
    const { call } = { call: line.connection.call.bind(line.connection) }
    await expect(call(agentContract.vm.observe, { vmId })).rejects.toMatchObject({
      code: 'VM_NOT_FOUND',
      message: 'No such machine here.',
      details: { place: 'agent' },
    })
    await expect(call(agentContract.vm.commandLine, { vmId })).rejects.toMatchObject({ code: 'AGENT_INCOMPATIBLE' })
    await expect(call(agentContract.vm.screenshot, { vmId }, { timeoutMs: 50 })).rejects.toMatchObject({
      code: 'HOST_UNREACHABLE',
    })
  })

  it('does not speak to another host that has a certificate of ours', async () => {
    await using agent = await ScriptedAgent.start()
    await using line = connect(agent, { hostId: newUuid() })
    await expect(line.connection.whenOnline(within(1_500))).rejects.toThrow()
    expect(line.hellos).toEqual([])
    expect(line.connection.isOnline).toBe(false)
  })

  it('does not speak to an agent of another contract', async () => {
    await using agent = await ScriptedAgent.start()
    agent.version = 999
    await using line = connect(agent)
    await vi.waitFor(() => expect(line.misfits).not.toEqual([]))
    expect(line.misfits[0]).toMatchObject({ contractVersion: 999, agentVersion: '1.0.0' })
    // Work that is asked of it says why, and not only that nobody is there.
    await expect(line.connection.call(agentContract.agent.hello, undefined)).rejects.toMatchObject({
      code: 'AGENT_INCOMPATIBLE',
      message: expect.stringContaining('999') as unknown,
    })
    expect(line.hellos).toEqual([])
    expect(line.connection.isOnline).toBe(false)
  })

  it('does not speak to a host whose certificate was revoked, though its name is right', async () => {
    await using agent = await ScriptedAgent.start()
    await using line = connect(agent, { refused: [agent.fingerprint] })
    await expect(line.connection.whenOnline(within(1_500))).rejects.toThrow()
    expect(line.hellos).toEqual([])
  })

  it('tells an agent that understands it which certificates are refused, before any work', async () => {
    await using agent = await ScriptedAgent.start()
    const refused = ['a'.repeat(64)]
    {
      await using old = connect(agent, { refused })
      await old.connection.whenOnline(within(10_000))
      expect(agent.refused).toEqual([])
    }
    agent.capabilities = ['refusals']
    await using line = connect(agent, { refused })
    await line.connection.whenOnline(within(10_000))
    expect(agent.refused).toEqual([refused])
    refused.push('b'.repeat(64))
    await line.connection.tellRefusals()
    expect(agent.refused.at(-1)).toEqual(refused)
  })
})

describe('certificates under a line that stays', () => {
  const dayMs = 86_400_000

  it('asks for a host’s next one with a third of its life left, and not before', async () => {
    await using agent = await ScriptedAgent.start()
    agent.capabilities = ['renewal']
    await using line = connect(agent)
    await line.connection.whenOnline(within(10_000))
    line.clock.nowMs += 260 * dayMs
    await line.connection.keepCertificates()
    expect(line.renewals).toEqual([])
    line.clock.nowMs += 6 * dayMs
    await line.connection.keepCertificates()
    expect(line.renewals).toEqual([{ hostId: agent.hostId, address: agent.address, port: agent.port }])
    // Whatever was seen before is history now.
    await line.connection.keepCertificates()
    expect(line.renewals).toHaveLength(1)
  })

  it('asks as soon as it is connected, but no agent that does not know how', async () => {
    await using agent = await ScriptedAgent.start(Date.now() - 300 * dayMs)
    {
      await using line = connect(agent)
      await line.connection.whenOnline(within(10_000))
      await line.connection.keepCertificates()
      expect(line.renewals).toEqual([])
    }
    agent.capabilities = ['renewal']
    await using line = connect(agent)
    await vi.waitFor(() => expect(line.renewals).toHaveLength(1))
  })

  it('makes new connections with the panel’s newest, and keeps its stream', async () => {
    await using agent = await ScriptedAgent.start()
    await using line = connect(agent)
    await line.connection.whenOnline(within(10_000))
    const { hello } = agentContract.agent
    agent.panelIdentity = await agent.nextPanelIdentity()
    await line.connection.keepCertificates()
    await line.connection.call(hello, undefined)
    expect(agent.askedBy.at(-1)).toBe(new X509Certificate(agent.panelIdentity.certificatePem).fingerprint256)
    expect(agent.askedBy.at(-1)).not.toBe(agent.askedBy[0])
    agent.tell(removed(1))
    await vi.waitFor(() => expect(line.received).toEqual([removed(1)]))
    // One stream since the beginning.
    expect(agent.askedFor).toEqual([null])
  })
})
