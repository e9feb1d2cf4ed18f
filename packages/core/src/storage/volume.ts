/** Volumes: a machine's disks. The format is fixed at creation and accompanies every later use; it is never probed again. */
import { z } from 'zod'
import { imageIdSchema, poolIdSchema, volumeIdSchema } from '../ids/ids.ts'
import { vmLimits } from '../vm/vm-limits.ts'

export const diskFormatSchema = z.enum(['qcow2', 'raw'])
export type DiskFormat = z.infer<typeof diskFormatSchema>

export const poolNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,30}$/, 'Use small letters, digits and hyphens, 1 to 31, a letter first.')
/** A directory on a host: absolute, without "..", "//" or an end slash, printable. */
export const poolPathSchema = z
  .string()
  .max(200)
  .regex(
    /^(\/(?!\.{1,2}(\/|$))[\w.@:+,=-]+)+$/,
    'Write an absolute path, as /srv/berth: letters, digits and . _ - @ : + , = only.',
  )
/** Each host has one of this name, of its own: no two hosts share it. */
export const defaultPoolName = 'default'

/** Where a new volume's first content comes from. An overlay shares the image's blocks; a copy stands alone. */
export const volumeSourceSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('blank') }),
  z.strictObject({ kind: z.literal('image'), imageId: imageIdSchema, mode: z.enum(['overlay', 'copy']) }),
])
export type VolumeSource = z.infer<typeof volumeSourceSchema>

export const diskBytesSchema = z
  .int()
  .min(vmLimits.diskBytes.min)
  .max(vmLimits.diskBytes.max)
  .multipleOf(vmLimits.diskBytes.multipleOf)

export const diskSpecSchema = z.strictObject({
  volumeId: volumeIdSchema,
  pool: poolNameSchema,
  format: diskFormatSchema,
  sizeBytes: diskBytesSchema,
  source: volumeSourceSchema,
})
export type DiskSpec = z.infer<typeof diskSpecSchema>

export const volumeObservationSchema = z.object({
  volumeId: volumeIdSchema,
  virtualBytes: z.int(),
  allocatedBytes: z.int(),
})
export type VolumeObservation = z.infer<typeof volumeObservationSchema>

/** A pool's space in bytes. `totalBytes - freeBytes` is what is used, by whomever; `committedBytes` what all volumes may grow to. */
export const poolObservationSchema = z.object({
  name: poolNameSchema,
  path: z.string(),
  totalBytes: z.int(),
  freeBytes: z.int(),
  committedBytes: z.int(),
  supportsDirectIo: z.boolean(),
  /** Set for a directory that several hosts see: the id stands in the directory itself, which proves it. */
  shared: z.object({ poolId: poolIdSchema }).nullable().default(null),
  /** Why nothing can be done in it now, in words: not mounted, not that pool, no answer. Sizes are 0 then. */
  problem: z.string().nullable().default(null),
})
export type PoolObservation = z.infer<typeof poolObservationSchema>
