/**
 * Disks that travel with their machine: what both agents must agree on, and what the machine's spec is on the other side.
 * Disks in a pool that both hosts see are not among them.
 */
import { z } from 'zod'
import { imageIdSchema, volumeIdSchema } from '../ids/ids.ts'
import { diskBytesSchema, diskFormatSchema, poolNameSchema, volumeSourceSchema } from '../storage/volume.ts'
import type { VmSpec } from '../vm/vm-spec.ts'

/** What the disk lies on in the target's pool. Over the same image only what differs from it is sent. */
export const diskBaseSchema = z.discriminatedUnion('kind', [
  /** The whole disk is sent, and shares nothing from then on. */
  z.strictObject({ kind: z.literal('none') }),
  /** The image lies in the target's pool already, and is the same one by its hash: the target looks before it agrees. */
  z.strictObject({ kind: z.literal('image'), imageId: imageIdSchema, sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
])
export type DiskBase = z.infer<typeof diskBaseSchema>

export const travellingDiskSchema = z.strictObject({
  volumeId: volumeIdSchema,
  /** Of the target. */
  pool: poolNameSchema,
  format: diskFormatSchema,
  /** As the guest sees it: the same on both sides, to the byte. */
  sizeBytes: diskBytesSchema,
  base: diskBaseSchema,
})
export type DiskFreight = z.infer<typeof travellingDiskSchema>

/** Each volume once. */
export const diskFreightSchema = z
  .array(travellingDiskSchema)
  .max(16)
  .refine((disks) => new Set(disks.map(({ volumeId }) => volumeId)).size === disks.length, 'A disk is named twice.')

/** Where the target's QEMU takes them, by NBD under the move's key. The export of a disk is called by its volume's id. */
export const diskDoorSchema = z.strictObject({ host: z.string().min(1).max(253), port: z.int().min(1).max(65_535) })
export type DiskDoor = z.infer<typeof diskDoorSchema>

/** While a disk is sent. What the guest writes meanwhile is added to both figures; ready: both sides are the same from then on. */
export const diskProgressSchema = z.object({
  volumeId: volumeIdSchema,
  doneBytes: z.int().nonnegative(),
  totalBytes: z.int().nonnegative(),
  isReady: z.boolean(),
})
export type DiskProgress = z.infer<typeof diskProgressSchema>

/** A disk as it lies on the target once the machine is there: what a volume's row is changed to. */
export const arrivedDiskSchema = z.object({
  volumeId: volumeIdSchema,
  pool: poolNameSchema,
  format: diskFormatSchema,
  source: volumeSourceSchema,
  sentBytes: z.int().nonnegative(),
})
export type ArrivedDisk = z.infer<typeof arrivedDiskSchema>

/**
 * The machine's spec on the other side: its disks in that host's pools, and one that was flattened no overlay any more. Also
 * for a newer spec of the same machine, which may have other disks: those are left as they are.
 */
export function specAfterMove(spec: VmSpec, freight: readonly DiskFreight[]): VmSpec {
  const travelling = new Map(freight.map((disk) => [disk.volumeId, disk]))
  const disks = spec.disks.map((disk) => {
    const moved = travelling.get(disk.volumeId)
    if (moved === undefined) return disk
    const { source } = disk
    const isOverlay = source.kind === 'image' && source.mode === 'overlay'
    const stands = isOverlay && moved.base.kind === 'none' ? ({ ...source, mode: 'copy' } as const) : source
    return { ...disk, pool: moved.pool, format: moved.format, source: stands }
  })
  return { ...spec, disks }
}
