/** How much each of a machine's disks takes in its pool, and whose they are there. */
import { hasErrorCode } from '@berth/core/errors/app-error'
import type { Storage } from '../storage/storage.ts'
import type { VmActor } from './vm-actor.ts'

/** Looks and publishes what differs; a disk that is not (yet) there is left out, and one whose pool is away. */
export async function sightVolumes({ vmId, record, publisher }: VmActor, storage: Storage): Promise<void> {
  await claimVolumes({ vmId, record }, storage)
  const seen = await Promise.all(record.spec.disks.map((disk) => storage.volumes.observe(vmId, disk)))
  publisher.sight({ volumes: seen.filter((volume) => volume !== undefined) })
}

/**
 * After a move: the disks' folder in a shared pool still names the host before. The record rules while it is here, so that
 * this may come late, and what stands against it (the pool is away, the machine was given on) is no reason not to look.
 */
async function claimVolumes({ vmId, record }: Pick<VmActor, 'vmId' | 'record'>, storage: Storage): Promise<void> {
  try {
    await storage.volumes.claim(vmId, record.spec.disks, record.epoch)
  } catch (error) {
    if (!hasErrorCode(error, 'POOL_UNAVAILABLE', 'VOLUME_FOREIGN', 'OBJECT_NOT_FOUND')) throw error
  }
}
