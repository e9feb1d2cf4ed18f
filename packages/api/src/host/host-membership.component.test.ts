/** Hosts that come, are turned out, come back and are forgotten: a whole panel, its database, and agents on real sockets. */
import { describe, expect, test, vi } from 'vitest'
import { parseJoinToken } from '@berth/core/agent-contract/join'
import { hostIdSchema, newUuid } from '@berth/core/ids/ids'
import type { ScriptedAgent } from '../agents/testing/scripted-agent.ts'
import { addMove, addMoveHosts, addRunningVm } from '../migration/testing/move-fleet-repo.ts'
import { addHost, addImage, addVm } from '../testing/fleet-fixture-repo.ts'
import { newHostKey } from '../testing/host-key.ts'
import { openTestPanel, type TestPanel } from '../testing/open-test-panel.ts'
import { newScriptedHost } from '../testing/scripted-host.ts'
import { listRefusedCertificates, recordHostCertificate } from './host-certificate-repo.ts'

/** Joins, listens, and is shown as online when this resolves. */
async function newHost(world: TestPanel, name: string): Promise<ScriptedAgent> {
  const agent = await newScriptedHost(world, name)
  await vi.waitFor(async () => expect((await viewOf(world, agent.hostId)).state).toBe('online'), 15_000)
  return agent
}

const viewOf = (world: TestPanel, hostId: string) =>
  world.as(world.admin).host.get({ hostId: hostIdSchema.parse(hostId) })

describe('an invitation', () => {
  test('is a command to paste, open until it is used or taken back, and never shown again', async () => {
    await using world = await openTestPanel()
    const api = world.as(world.admin)
    const made = await api.host.createJoinToken({
      name: 'host-b',
      folder: '/srv/agent',
      port: 7_500,
      address: '192.0.2.7',
    })
    expect(made.command).toContain('mkdir -p /srv/agent && cd /srv/agent && ')
    expect(made.command).toContain('http://panel.test:7400/api/join/agent.tgz')
    expect(made.command).toContain(`echo ${(await world.process.bundle()).sha256} agent.tgz | sha256sum -c`)
    const [, token = ''] =
      /berth join http:\/\/panel\.test:7400 (\S+) --port 7500 --address 192\.0\.2\.7$/.exec(made.command) ?? []
    expect(parseJoinToken(token)?.tokenId).toBe(made.joinTokenId)
    const secret = parseJoinToken(token)?.secret ?? ''

    const { items } = await api.host.listJoinTokens({})
    expect(items).toMatchObject([{ joinTokenId: made.joinTokenId, hostName: 'host-b', createdBy: 'root' }])
    const kept = JSON.stringify([
      items,
      await world.process.panel.db.joinToken.findMany(),
      await world.process.panel.db.audit.findMany(),
    ])
    expect(kept).not.toContain(secret)

    await api.host.revokeJoinToken({ joinTokenId: made.joinTokenId })
    expect((await api.host.listJoinTokens({})).items).toEqual([])
    await expect(api.host.revokeJoinToken({ joinTokenId: made.joinTokenId })).rejects.toMatchObject({
      cause: { code: 'OBJECT_NOT_FOUND' },
    })
    const records = await world.process.panel.db.audit.findMany({ orderBy: { id: 'asc' } })
    expect(records.map(({ procedure, targetName, outcome }) => [procedure, targetName, outcome])).toEqual([
      ['host.createJoinToken', 'host-b', 'ok'],
      ['host.revokeJoinToken', 'host-b', 'ok'],
      ['host.revokeJoinToken', 'host-b', 'denied'],
    ])
  })

  test('needs a name that a host can have, and that none has that is online', async () => {
    await using world = await openTestPanel()
    const api = world.as(world.admin)
    await addHost(world.process.panel.db, 'host-a')
    const invite = (name: string) => api.host.createJoinToken({ name })
    await expect(invite('host-a')).rejects.toMatchObject({ cause: { code: 'HOST_NAME_TAKEN' } })
    await world.process.panel.db.host.updateMany({ data: { state: 'offline' } })
    expect((await invite('host-a')).command).toContain('berth join')
    for (const name of ['', 'Host', 'a_b', '-a', 'x'.repeat(64)]) await expect(invite(name)).rejects.toThrow()
    for (const folder of ['/', 'opt', '/a b', '/../etc', '/a;b', '/a/']) {
      await expect(api.host.createJoinToken({ name: 'b', folder })).rejects.toThrow()
    }
  })
})

describe('a host that is revoked', () => {
  test('gets no machine any more: moves on their way there are cancelled, others are not', async () => {
    await using world = await openTestPanel()
    const { db } = world.process.panel
    const [a = '', b = '', c = ''] = await addMoveHosts(db, ['host-a', 'host-b', 'host-c'])
    const moveTo = async (name: string, targetHostId: string): Promise<string> => {
      const vmId = await addRunningVm(db, { name, ownerId: world.ada.userId, hostId: a })
      return addMove(db, { vmId, sourceHostId: a, targetHostId })
    }
    const [there, decided, elsewhere] = [await moveTo('web-1', b), await moveTo('web-2', b), await moveTo('web-3', c)]
    await db.operation.update({ where: { id: decided }, data: { isCancellable: false } })
    await world.as(world.admin).host.revoke({ hostId: hostIdSchema.parse(b) })
    const cancelledOf = async (id: string) =>
      (await db.operation.findUniqueOrThrow({ where: { id } })).cancelRequestedAt
    expect(await cancelledOf(there)).not.toBeNull()
    expect([await cancelledOf(decided), await cancelledOf(elsewhere)]).toEqual([null, null])
  })

  test('loses its line and its machines’ state within 2 s, is refused by the others, and comes back by a new token only', async () => {
    await using world = await openTestPanel({ isWorking: true })
    const { panel, authority } = world.process
    await using other = await newHost(world, 'host-a')
    await using agent = await newHost(world, 'host-b')
    const vmId = await addVm(panel.db, { ownerId: world.ada.userId, hostId: agent.hostId, name: 'web-1' })
    expect(panel.agents.link(agent.hostId).isOnline).toBe(true)

    const began = performance.now()
    await world.as(world.admin).host.revoke({ hostId: hostIdSchema.parse(agent.hostId) })
    await vi.waitFor(() => expect(agent.openConnections()).toBe(0), { timeout: 2_000, interval: 10 })
    expect(performance.now() - began).toBeLessThan(2_000)
    expect(() => panel.agents.link(agent.hostId)).toThrow(expect.objectContaining({ code: 'HOST_NOT_FOUND' }))
    const view = await viewOf(world, agent.hostId)
    expect(view).toMatchObject({ state: 'offline', clockSkewMs: null, gauges: null })
    expect(view.revokedAt).not.toBeNull()
    expect((await world.as(world.admin).vm.get({ vmId })).state).toBe('unknown')
    await vi.waitFor(() => expect(other.refused.at(-1)).toEqual([agent.fingerprint]))

    // It is not called again, and gets no next certificate.
    const calls = agent.askedBy.length
    await world.process.refreshHosts()
    const { csrPem } = await newHostKey()
    const next = await authority.signHost({ csrPem, hostId: agent.hostId, address: '127.0.0.1' })
    await expect(recordHostCertificate(panel.db, agent.hostId, next)).rejects.toMatchObject({ code: 'JOIN_REFUSED' })
    expect(agent.askedBy.length).toBe(calls)

    await agent.down()
    await using again = await newHost(world, 'host-b')
    expect(again.hostId).toBe(agent.hostId)
    expect((await viewOf(world, again.hostId)).revokedAt).toBeNull()
    expect(await listRefusedCertificates(panel.db)).toEqual([agent.fingerprint])
    expect(again.refused[0]).toEqual([agent.fingerprint])

    // Whoever still has the old key and stands at its address is not taken for it.
    await again.down()
    agent.port = again.port
    await agent.up()
    const asked = agent.askedBy.length
    await expect(panel.agents.link(again.hostId).whenOnline(AbortSignal.timeout(1_500))).rejects.toThrow()
    expect(agent.askedBy.length).toBe(asked)
  })
})

describe('a host that is removed', () => {
  test('is kept while it holds what exists nowhere else, with the list, and then is gone', async () => {
    await using world = await openTestPanel({ isWorking: true })
    const { db } = world.process.panel
    await using agent = await newHost(world, 'host-b')
    const { hostId } = agent
    const imageId = await addImage(db, hostId, 'only-here')
    const shared = await addImage(db, hostId, 'elsewhere-too')
    const elsewhere = await addHost(db, 'host-c')
    await db.imageReplica.create({ data: { imageId: shared, hostId: elsewhere, pool: 'default', state: 'ready' } })
    const vmId = await addVm(db, { ownerId: world.ada.userId, hostId, name: 'web-1' })
    const network = await db.network.create({ data: { name: 'lab-net', kind: 'nat', hostId, config: {} } })

    const remove = () => world.as(world.admin).host.remove({ hostId: hostIdSchema.parse(hostId) })
    const refusal: unknown = await remove().catch((error: unknown) => error)
    expect(refusal).toMatchObject({
      cause: {
        code: 'HOST_IN_USE',
        message: 'host-b holds 1 image, 1 machine, 1 network.',
        details: {
          holdings: [
            { kind: 'image', count: 1, items: [{ id: imageId, name: 'only-here' }] },
            { kind: 'machine', count: 1, items: [{ id: vmId, name: 'web-1' }] },
            { kind: 'network', count: 1, items: [{ id: network.id, name: 'lab-net' }] },
          ],
        },
      },
    })
    // A refusal changes nothing.
    expect(await viewOf(world, hostId)).toMatchObject({ state: 'online', revokedAt: null })

    await db.vm.update({ where: { id: vmId }, data: { deletedAt: new Date() } })
    await db.network.delete({ where: { id: network.id } })
    await db.imageReplica.deleteMany({ where: { imageId } })
    await remove()
    expect(await db.host.findUnique({ where: { id: hostId } })).toBeNull()
    await vi.waitFor(() => expect(agent.openConnections()).toBe(0))
    // Its certificate stays refused although nothing else is left of it.
    expect(await listRefusedCertificates(db)).toEqual([agent.fingerprint])
    expect(await db.event.count({ where: { kind: 'host.removed', hostId } })).toBe(1)
    await expect(remove()).rejects.toMatchObject({ cause: { code: 'HOST_NOT_FOUND' } })
    await expect(world.as(world.admin).host.revoke({ hostId: hostIdSchema.parse(newUuid()) })).rejects.toMatchObject({
      cause: { code: 'HOST_NOT_FOUND' },
    })
  })

  test('and is away for good may have had the only copy of an image: that says so, and can be imported again', async () => {
    await using world = await openTestPanel()
    const { db } = world.process.panel
    const [hostId, elsewhere] = [await addHost(db, 'host-b'), await addHost(db, 'host-c')]
    const imageId = await addImage(db, hostId, 'only-there')
    const copied = await addImage(db, hostId, 'elsewhere-too')
    await db.imageReplica.create({ data: { imageId: copied, hostId: elsewhere, pool: 'default', state: 'ready' } })
    const api = world.as(world.admin)
    const remove = () => api.host.remove({ hostId: hostIdSchema.parse(hostId) })
    await expect(remove()).rejects.toMatchObject({ cause: { code: 'HOST_IN_USE' } })
    await db.host.update({ where: { id: hostId }, data: { state: 'offline' } })
    const vmId = await addVm(db, { ownerId: world.ada.userId, hostId, name: 'web-1' })
    await expect(remove()).rejects.toMatchObject({ cause: { message: 'host-b holds 1 machine.' } })
    await db.vm.update({ where: { id: vmId }, data: { deletedAt: new Date() } })
    await remove()
    const viewOf = async (id: string) => (await api.image.list({})).items.find((image) => image.imageId === id)
    expect(await viewOf(imageId)).toMatchObject({
      ...{ state: 'failed', places: [] },
      error: { code: 'IMAGE_NOT_FOUND', message: 'File lost: the only host that had it was removed.' },
    })
    expect(await viewOf(copied)).toMatchObject({ state: 'ready', error: null, places: [{ hostName: 'host-c' }] })
  })
})

describe('the network that machines come by', () => {
  test('is set, shown, and cleared, and nothing but a subnet', async () => {
    await using world = await openTestPanel()
    const hostId = hostIdSchema.parse(await addHost(world.process.panel.db, 'host-d'))
    const { host } = world.as(world.admin)
    await host.setMoveNetwork({ hostId, moveNetwork: ' 10.77.0.0/24' })
    expect(await viewOf(world, hostId)).toMatchObject({ moveNetwork: '10.77.0.0/24' })
    await expect(host.setMoveNetwork({ hostId, moveNetwork: '10.77.0.0' })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    })
    await host.setMoveNetwork({ hostId, moveNetwork: null })
    expect(await viewOf(world, hostId)).toMatchObject({ moveNetwork: null })
    const unknown = host.setMoveNetwork({ hostId: hostIdSchema.parse(newUuid()), moveNetwork: null })
    await expect(unknown).rejects.toMatchObject({ cause: { code: 'HOST_NOT_FOUND' } })
  })
})
