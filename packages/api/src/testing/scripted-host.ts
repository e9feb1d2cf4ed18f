/** A host that has joined a test's panel by its own door, with a scripted agent behind it. */
import { X509Certificate } from 'node:crypto'
import { createServer } from 'node:net'
import { ScriptedAgent } from '../agents/testing/scripted-agent.ts'
import { fingerprintOf } from '../host/certificate-authority.ts'
import { joinHost } from '../host/join-host.ts'
import { newHostKey } from './host-key.ts'
import { newJoinRequest, newJoinToken } from './join-request.ts'
import type { TestPanel } from './open-test-panel.ts'

export interface ScriptedSelf {
  readonly capabilities?: string[]
  readonly version?: number
}

/** Online when this resolves. */
export async function newScriptedHost(world: TestPanel, name: string, self: ScriptedSelf = {}): Promise<ScriptedAgent> {
  const { panel, authority, desk, refreshHosts } = world.process
  const { keyPem, csrPem } = await newHostKey()
  const port = await freePort()
  const request = await newJoinRequest(await newJoinToken(world.process, name), { csrPem, port })
  const answer = await joinHost({ db: panel.db, authority, desk, refreshHosts }, request)
  const agent = await ScriptedAgent.joined(answer, keyPem)
  agent.port = port
  agent.fingerprint = fingerprintOf(new X509Certificate(answer.certificatePem).raw)
  agent.capabilities = self.capabilities ?? agent.capabilities
  agent.version = self.version ?? agent.version
  await agent.up()
  await panel.agents.link(agent.hostId).whenOnline(AbortSignal.timeout(15_000))
  return agent
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}
