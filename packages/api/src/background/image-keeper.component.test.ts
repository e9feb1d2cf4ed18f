/** Copies of images that nobody uses: a real database, the workflow as a worker runs it, and hosts in memory. */
import { beforeEach, afterEach, describe, expect, test } from 'vitest'
import { AppError } from '@berth/core/errors/app-error'
import { imageObservationSchema } from '@berth/core/image/image'
import { findImageViews } from '../image/image-repo.ts'
import { writeImages } from '../image/image-sighting-repo.ts'
import { makeOperationWorld, type OperationWorld } from '../operation/testing/operation-world.ts'
import { writeSetting } from '../setting/setting-repo.ts'
import { addHost, addImage } from '../testing/fleet-fixture-repo.ts'
import { keepImagesOnce } from './image-keeper.ts'

let world: OperationWorld
let [imageId, otherId] = ['', '']

beforeEach(async () => {
  world = await makeOperationWorld()
  const { db, host } = world
  otherId = await addHost(db, 'host-b')
  imageId = await addImage(db, otherId)
  const space = { path: '/nowhere', totalBytes: 1n, freeBytes: 1n, committedBytes: 0n }
  const seen = { supportsDirectIo: true, seenAt: new Date() }
  const here = { hostId: host.hostId, name: 'default' }
  await db.pool.upsert({ where: { hostId_name: here }, create: { ...here, ...space, ...seen }, update: {} })
  await db.imageReplica.create({ data: { imageId, hostId: host.hostId, pool: 'default', state: 'ready' } })
  await db.host.update({ where: { id: host.hostId }, data: { state: 'online' } })
  host.images.add(imageId)
})
afterEach(() => world[Symbol.asyncDispose]())

const days = (count: number): Date => new Date(Date.now() - count * 86_400_000)
const lastUsed = (hostId: string, usedAt: Date) =>
  world.db.imageReplica.updateMany({ where: { imageId, hostId }, data: { usedAt } })
const copies = async () =>
  (await world.db.imageReplica.findMany({ where: { imageId }, orderBy: { createdAt: 'asc' } })).map(
    ({ hostId, state }) => [hostId, state],
  )

/** One sweep, and the tasks that it asked for, to their end. */
async function keep() {
  const { db, operations, log } = world
  await keepImagesOnce({ db, operations, log })
  const asked = await db.operation.findMany({ where: { kind: 'image.forget', status: 'queued' } })
  for (const { id } of asked) await world.newHolder('panel-1').hold(id)
  return db.operation.findMany({ where: { kind: 'image.forget' }, orderBy: { createdAt: 'asc' } })
}

/** A machine whose disk lies on the image. */
async function useImage() {
  const vmId = await world.addVm()
  const data = { vmId, hostId: world.host.hostId, pool: 'default', format: 'qcow2', sizeBytes: 1n }
  await world.db.volume.create({ data: { ...data, backingImageId: imageId, state: 'ready' } })
  return vmId
}

describe('a copy of an image', () => {
  test('that nobody has used for 14 days is forgotten by a task, as long as another host has one', async () => {
    await lastUsed(world.host.hostId, days(13))
    expect(await keep()).toEqual([])
    await lastUsed(world.host.hostId, days(15))
    // Both are old: whichever goes, the other one stays.
    await lastUsed(otherId, days(14.5))
    const [task] = await keep()
    expect(task).toMatchObject({ status: 'succeeded', actorKey: 'system:image-keeper' })
    expect(task?.title).toMatch(/^Forget unused copy of tiny on /)
    expect(world.host.log).toContain('image.delete')
    expect(await copies()).toEqual([[otherId, 'ready']])
    expect(await keep()).toHaveLength(1)
  })

  test('stays while a machine there uses it, and counts as used as long as one does', async () => {
    await lastUsed(world.host.hostId, days(30))
    const vmId = await useImage()
    expect(await keep()).toEqual([])
    await world.db.volume.deleteMany({ where: { vmId } })
    // Not that old any more: it was used a moment ago.
    expect(await keep()).toEqual([])
    await writeSetting(world.db, 'image.unusedDays', 1)
    await lastUsed(world.host.hostId, days(2))
    expect(await keep()).toMatchObject([{ status: 'succeeded' }])
  })

  test('stays where no other host that is online has it, and where its agent knows better', async () => {
    await lastUsed(world.host.hostId, days(30))
    await world.db.host.update({ where: { id: otherId }, data: { state: 'offline' } })
    expect(await keep()).toEqual([])
    await world.db.host.update({ where: { id: otherId }, data: { state: 'online' } })
    world.host.onCommand = () => {
      throw new AppError('IMAGE_IN_USE', 'Machines on this host use the image: web-1')
    }
    expect(await keep()).toMatchObject([{ status: 'failed', error: { code: 'IMAGE_IN_USE' } }])
    expect(await copies()).toContainEqual([world.host.hostId, 'ready'])
  })

  test('is not taken away from a machine that came between the sweep and the task', async () => {
    await lastUsed(world.host.hostId, days(30))
    const { db, operations, log } = world
    await keepImagesOnce({ db, operations, log })
    await useImage()
    expect(await keep()).toMatchObject([{ status: 'failed', error: { code: 'IMAGE_IN_USE' } }])
    expect(world.host.images.has(imageId)).toBe(true)
  })
})

test('an image says on which hosts it lies, and that one of them has lost its file', async () => {
  const { db } = world
  const viewOf = async () => (await findImageViews(db, [imageId]))[0]
  expect((await viewOf())?.places.map(({ state }) => state)).toEqual(['ready', 'ready'])
  const pools = [{ name: 'default', problem: null }].map((pool) => ({
    ...pool,
    ...{ path: '/nowhere', totalBytes: 1, freeBytes: 1, committedBytes: 0, supportsDirectIo: true, shared: null },
  }))
  // It became ready a moment ago: what the host said may be older.
  await writeImages(db, otherId, { images: [], pools })
  expect((await viewOf())?.error).toBeNull()
  await lastUsed(otherId, days(1))
  await writeImages(db, otherId, { images: [], pools: pools.map((pool) => ({ ...pool, problem: 'not mounted' })) })
  expect((await viewOf())?.error).toBeNull()
  await writeImages(db, otherId, { images: [], pools })
  expect(await viewOf()).toMatchObject({
    state: 'ready',
    error: { code: 'IMAGE_NOT_FOUND', message: 'File lost: it is not where it should be on host-b, pool "default".' },
  })
  expect(await copies()).toContainEqual([otherId, 'lost'])
  const facts = { format: 'qcow2', virtualBytes: 1, allocatedBytes: 1, sha256: 'a'.repeat(64) }
  await writeImages(db, otherId, { images: [imageObservationSchema.parse({ imageId, ...facts })], pools })
  expect((await viewOf())?.error).toBeNull()
})
