/** A machine and the deletion of its image, at once: the image's row decides, and there is never a disk without its image. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AppError } from '@berth/core/errors/app-error'
import { GiB, MiB } from '@berth/core/units/bytes'
import { openTestPanel, type TestPanel } from '../testing/open-test-panel.ts'
import { addHost, addImage } from '../testing/fleet-fixture-repo.ts'
import { PrismaImageRecords } from '../workflows/image-records-repo.ts'

let world: TestPanel
let hostId: string
beforeAll(async () => {
  world = await openTestPanel()
  hostId = await addHost(world.process.panel.db)
})
afterAll(() => world[Symbol.asyncDispose]())

const create = (imageId: string, name: string) => {
  const sizes = { vcpus: 1, memoryBytes: 64 * MiB, diskBytes: GiB }
  return world.as(world.ada).vm.create({ name, imageId, ...sizes, firmware: 'bios', start: false })
}

function codeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  return cause instanceof AppError ? cause.code : String(error)
}

test('a deletion that was marked while the machine was being planned wins', async () => {
  const { db } = world.process.panel
  const imageId = await addImage(db, hostId, 'going')
  let made: Promise<string> | undefined
  await db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM image WHERE id = ${imageId}::uuid FOR UPDATE`
    await tx.image.update({ where: { id: imageId }, data: { state: 'deleting' } })
    // Planned on what others still see as ready; it can only be stopped where it writes.
    made = create(imageId, 'planned').then(() => 'ok', codeOf)
    await expect.poll(() => waitsForLock()).toBe(true)
  })
  expect(await made).toBe('IMAGE_NOT_READY')
  expect(await db.vm.count({ where: { imageId } })).toBe(0)
})

async function waitsForLock(): Promise<boolean> {
  const rows = await world.process.panel.db.$queryRaw<unknown[]>`
    SELECT 1 FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%FOR KEY SHARE%'`
  return rows.length > 0
}

test('whoever comes first, one of the two is refused', async () => {
  const { db } = world.process.panel
  const records = new PrismaImageRecords(db)
  const outcomes = new Set<string>()
  for (let round = 0; round < 20; round++) {
    const imageId = await addImage(db, hostId, `raced-${round}`)
    const [made, marked] = await Promise.all([
      create(imageId, `raced-${round}`).then(() => 'ok', codeOf),
      // The mark comes late enough for both to win in turn.
      db.$queryRaw`SELECT pg_sleep(${(round % 5) / 200})::text`
        .then(() => records.setDeleting(imageId))
        .then(() => 'ok', codeOf),
    ])
    outcomes.add(`${made} ${marked}`)
    expect(await db.volume.count({ where: { backingImageId: imageId } })).toBe(made === 'ok' ? 1 : 0)
  }
  expect(['ok IMAGE_IN_USE', 'IMAGE_NOT_READY ok']).toEqual(expect.arrayContaining([...outcomes]))
})

test('an image that machines are made from is refused deletion at once', async () => {
  const imageId = await addImage(world.process.panel.db, hostId, 'used')
  await create(imageId, 'user-of-it')
  const refusal = await world
    .as(world.admin)
    .image.delete({ imageId })
    .then(() => 'ok', codeOf)
  expect(refusal).toBe('IMAGE_IN_USE')
})
