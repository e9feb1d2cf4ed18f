import { afterAll, beforeAll, expect, test } from 'vitest'
import { markSilentHosts, touchHosts } from '../agents/host-link-repo.ts'
import { openTestPanel, type TestPanel } from '../testing/open-test-panel.ts'
import { addHost, addVm } from '../testing/fleet-fixture-repo.ts'

let world: TestPanel
beforeAll(async () => {
  world = await openTestPanel()
})
afterAll(() => world[Symbol.asyncDispose]())

const minuteAgo = () => new Date(Date.now() - 60_000)

test('what is seen of a machine is as old as its host was last heard from, and unknown once it is silent', async () => {
  const { db } = world.process.panel
  const hostId = await addHost(db)
  const vmId = await addVm(db, { name: 'quiet', ownerId: world.ada.userId, hostId, state: 'running' })
  await db.vmObserved.update({ where: { vmId }, data: { seenAt: minuteAgo() } })
  const view = () => world.as(world.ada).vm.get({ vmId })
  const ageMs = async () => Date.now() - Date.parse((await view()).seenAt ?? '')
  expect(await ageMs()).toBeGreaterThan(59_000)

  await touchHosts(db, [hostId])
  expect(await ageMs()).toBeLessThan(10_000)
  expect(await view()).toMatchObject({ state: 'running', lastKnownState: 'running' })

  const heardAt = new Date(Date.now() - 30_000)
  await db.host.update({ where: { id: hostId }, data: { seenAt: heardAt } })
  expect(await markSilentHosts(db, 12_500)).toEqual([hostId])
  const { stateSince } = await db.host.findUniqueOrThrow({ where: { id: hostId } })
  expect(await view()).toMatchObject({
    state: 'unknown',
    lastKnownState: 'running',
    seenAt: heardAt.toISOString(),
    stateSince: stateSince.toISOString(),
    sample: null,
  })
})

test('a host that is heard says nothing of a machine that it has not spoken of yet', async () => {
  const { db } = world.process.panel
  const [old, next] = [await addHost(db, 'old'), await addHost(db, 'next')]
  const vmId = await addVm(db, { name: 'moved', ownerId: world.ada.userId, hostId: old, state: 'running' })
  const seenAt = minuteAgo()
  await db.vmObserved.update({ where: { vmId }, data: { seenAt } })
  await db.vm.update({ where: { id: vmId }, data: { hostId: next } })
  await touchHosts(db, [old, next])
  expect((await world.as(world.ada).vm.get({ vmId })).seenAt).toBe(seenAt.toISOString())
})
