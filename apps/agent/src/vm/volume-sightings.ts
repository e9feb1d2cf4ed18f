/** How much each of a machine's disks takes in its pool. */
import { isMissing } from '../storage/durable-files.ts'
import type { Storage } from '../storage/storage.ts'
import type { VmActor } from './vm-actor.ts'

/** Looks and publishes what differs; a disk that is not (yet) there is left out. */
export async function sightVolumes({ vmId, record, publisher }: VmActor, storage: Storage): Promise<void> {
  const seen = await Promise.all(
    record.spec.disks.map(async (disk) => {
      try {
        return await storage.volumes.observe(vmId, disk)
      } catch (error) {
        if (isMissing(error)) return undefined
        throw error
      }
    }),
  )
  publisher.sight({ volumes: seen.filter((volume) => volume !== undefined) })
}
