/** What a panel that died leaves in the queue. */
import { newUuid } from '@berth/core/ids/ids'
import { expect, it } from 'vitest'
import { addRunJob } from './operation-accept-repo.ts'
import { deleteDeadJobs } from './operation-lease-repo.ts'
import { makeOperationWorld } from './testing/operation-world.ts'

it('is deleted once its work was queued again, and that is not', async () => {
  await using world = await makeOperationWorld()
  const { db } = world
  const jobs = () =>
    db.$queryRaw<{ key: string | null; lockedBy: string | null }[]>`
      SELECT key, locked_by AS "lockedBy" FROM graphile_worker._private_jobs ORDER BY id`
  const [forsaken, waiting] = [newUuid(), newUuid()]
  const keyOf = (operationId: string) => `operation:${operationId}`
  await addRunJob(db, forsaken)
  await db.$executeRaw`UPDATE graphile_worker._private_jobs SET locked_at = now(), locked_by = 'dead', attempts = 1`
  await addRunJob(db, waiting)
  expect(await deleteDeadJobs(db)).toBe(0)

  await addRunJob(db, forsaken)
  const left = { key: null, lockedBy: 'dead' }
  const queued = [waiting, forsaken].map((id) => ({ key: keyOf(id), lockedBy: null }))
  expect(await jobs()).toEqual([left, ...queued])
  expect(await deleteDeadJobs(db)).toBe(1)
  expect(await jobs()).toEqual(queued)
})
