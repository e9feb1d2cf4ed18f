import { X509Certificate } from 'node:crypto'
import { expect, it, vi } from 'vitest'
import { newUuid } from '@berth/core/ids/ids'
import { createTestDatabase } from '@berth/prisma/test-database'
import { ScriptedAgent } from '../agents/testing/scripted-agent.ts'
import { makeSecretBox } from '../auth/secret-box.ts'
import { fingerprintOf } from '../host/certificate-authority.ts'
import { insertTestHost, insertTestUser, insertTestVm } from '../operation/testing/operation-fixture-repo.ts'
import { makeTestSpec } from '../operation/testing/make-test-spec.ts'
import { silentLog } from '../operation/testing/operation-world.ts'
import { startControlPlane } from './control-plane.ts'

it('finds the hosts that joined, shows what they tell, and runs a task on them', async () => {
  await using agent = await ScriptedAgent.start()
  await using database = await createTestDatabase()
  const { prisma: db, databaseUrl } = database
  await insertTestHost(db, agent.hostId, 'joining')
  await db.host.update({ where: { id: agent.hostId }, data: { port: agent.port, certFingerprint: 'f' } })
  const userId = await insertTestUser(db)
  const vmId = newUuid()
  const spec = makeTestSpec('web-1')
  await insertTestVm(db, { vmId, ownerId: userId, hostId: agent.hostId, spec, lifecycle: 'present' })
  await using plane = await startControlPlane({
    db,
    databaseUrl,
    authority: agent.authority,
    secretBox: makeSecretBox(new Uint8Array(32)),
    log: silentLog,
  })
  await vi.waitFor(async () => {
    expect((await db.host.findUnique({ where: { id: agent.hostId } }))?.state).toBe('online')
  }, 10_000)

  const stop = new AbortController()
  const heard: string[] = []
  const listening = (async () => {
    for await (const { event } of plane.events.stream({ ownerId: null, lastEventId: null, signal: stop.signal })) {
      heard.push(
        event.kind === 'operation.changed' ? `${event.operation.title}: ${event.operation.status}` : event.kind,
      )
    }
  })()
  // The scripted agent knows no steps: the task fails with the agent's own words, and says so to the listener.
  const { operationId } = await plane.operations.startAs({
    kind: 'vm.pause',
    args: { vmId },
    target: { vmId, name: 'web-1' },
    actor: { key: `user:${userId}`, userId, name: 'Ada', via: 'session' },
    request: {},
  })
  await vi.waitFor(async () => expect((await plane.operations.get(operationId, null)).endedAt).not.toBeNull(), 10_000)
  await vi.waitFor(() => {
    expect(heard).toContain('Pause web-1: failed')
    expect(heard).toContain('vm.changed')
  }, 5_000)
  stop.abort()
  await listening
})

it('renews the certificate of a host that nears its end, over the line that it has', async () => {
  await using agent = await ScriptedAgent.start(Date.now() - 300 * 86_400_000)
  agent.capabilities = ['renewal']
  await using database = await createTestDatabase()
  const { prisma: db, databaseUrl } = database
  await insertTestHost(db, agent.hostId, 'joining')
  await db.host.update({ where: { id: agent.hostId }, data: { port: agent.port, certFingerprint: 'f' } })
  const secretBox = makeSecretBox(new Uint8Array(32))
  const options = { db, databaseUrl, authority: agent.authority, secretBox, log: silentLog }
  await using _plane = await startControlPlane(options)
  await vi.waitFor(async () => {
    const [certificatePem] = agent.installed
    const row = await db.host.findUniqueOrThrow({ where: { id: agent.hostId } })
    expect(row.certFingerprint).toBe(fingerprintOf(new X509Certificate(certificatePem ?? '').raw))
  }, 10_000)
  const shown = new X509Certificate(agent.installed[0] ?? '')
  expect(shown.subject).toBe(`CN=host:${agent.hostId}`)
  expect(shown.validToDate.getTime()).toBeGreaterThan(Date.now() + 390 * 86_400_000)
  expect(agent.askedFor).toEqual([null])
  // Another panel finds it fresh, and leaves it.
  await using second = await startControlPlane(options)
  await second.agents.link(agent.hostId).whenOnline(AbortSignal.timeout(10_000))
  await second.agents.keepCertificates()
  expect(agent.installed).toHaveLength(1)
})
