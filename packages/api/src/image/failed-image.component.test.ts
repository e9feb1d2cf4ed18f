/** An image whose import failed: its kind was never known, so it is neither a disk nor an ISO, and nothing is made of it. */
import { expect, test } from 'vitest'
import { addHost, addImage } from '../testing/fleet-fixture-repo.ts'
import { openTestPanel } from '../testing/open-test-panel.ts'

test('is of no kind, and in no list of one kind', async () => {
  await using world = await openTestPanel()
  const { db } = world.process.panel
  const hostId = await addHost(db)
  const [good, failed] = [await addImage(db, hostId, 'good'), await addImage(db, hostId, 'failed')]
  const unread = { state: 'failed', format: null, virtualBytes: null, allocatedBytes: null }
  await db.image.update({ where: { id: failed }, data: unread })

  const { image } = world.as(world.admin)
  expect(await image.get({ imageId: good })).toMatchObject({ kind: 'disk', state: 'ready' })
  expect(await image.get({ imageId: failed })).toMatchObject({ kind: null, state: 'failed' })
  const namesOf = async (filter: { kind?: 'disk' | 'iso' }) =>
    (await image.list({ filter })).items.map(({ name }) => name)
  expect(await namesOf({})).toEqual(['failed', 'good'])
  expect(await namesOf({ kind: 'disk' })).toEqual(['good'])
  expect(await namesOf({ kind: 'iso' })).toEqual([])
})
