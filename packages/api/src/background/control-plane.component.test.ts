import { expect, it, vi } from 'vitest'
import { newUuid } from '@berth/core/ids/ids'
import { createTestDatabase } from '@berth/prisma/test-database'
import { ScriptedAgent } from '../agents/testing/scripted-agent.ts'
import { makeSecretBox } from '../auth/secret-box.ts'
import { insertTestHost, insertTestUser, insertTestVm } from '../operation/testing/operation-fixture-repo.ts'
import { makeTestSpec, silentLog } from '../operation/testing/operation-world.ts'
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
    identity: async () => agent.panelIdentity,
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
