/**
 * How a disk goes into another pool of the same host, while its machine is on or off (docs/decisions/0023). Only to agents with
 * the capability "disk-moves".
 */
import { z } from 'zod'
import { vmIdSchema, volumeIdSchema } from '../ids/ids.ts'
import { poolNameSchema } from '../storage/volume.ts'

/**
 * Idempotent: a disk that is there by now is looked at, and nothing else. An image that the disk lies on must be in `toPool`
 * already. While it works it is told how much has come; whatever its failure, the disk is where it was, and nothing of it stays
 * in the other pool. POOL_UNAVAILABLE, POOL_FULL, IMAGE_NOT_FOUND, VM_BUSY, MOVE_FAILED with QEMU's words, MOVE_NOT_CONVERGING
 * with `{leftBytes}` where the guest writes as fast as the disk is copied.
 */
export const volumeMoveSchema = z.strictObject({
  kind: z.literal('volume.move'),
  vmId: vmIdSchema,
  vmEpoch: z.int().nonnegative(),
  volumeId: volumeIdSchema,
  toPool: poolNameSchema,
  /** Of the copying; null: as fast as it goes. */
  bandwidthBytesPerSecond: z.int().positive().nullable(),
  /** Its old file waits in the trash of its pool, as a deleted disk does; else its room is free at once. */
  keepsOld: z.boolean(),
})

export const volumeMovedSchema = z.object({
  virtualBytes: z.int().nonnegative(),
  /** What it takes in the new pool. */
  allocatedBytes: z.int().nonnegative(),
})
