/**
 * How a host comes to a shared pool: a directory that several hosts see. The first of them writes the pool's id into it,
 * once; the others go in only where they find that very id. No agent ever makes the directory itself: one that is not
 * there, or is empty, is a file system that is not mounted. Where `source` is named instead of `path`, the agent mounts that
 * first, at a place of its own below its data.
 */
import { z } from 'zod'
import { hostIdSchema, imageIdSchema, poolIdSchema } from '../ids/ids.ts'
import { namesOnePlace, onePlaceMessage, poolSourceSchema } from '../storage/pool-source.ts'
import { poolNameSchema, poolPathSchema } from '../storage/volume.ts'

/** One of them. A `source` only to agents with "nfs-pools". */
const onePlace = { path: poolPathSchema.optional(), source: poolSourceSchema.optional() }

const onePool = {
  poolId: poolIdSchema,
  name: poolNameSchema,
  ...onePlace,
  /** The host's own id, by which its half-done files and its trash are told from those of the others. */
  hostId: hostIdSchema,
}

export const poolAttachSchema = z
  .strictObject({
    kind: z.literal('pool.attach'),
    ...onePool,
    /** Makes the pool in an empty directory; without it the pool must be there. */
    isFirst: z.boolean(),
  })
  .refine(namesOnePlace, onePlaceMessage)

export const poolDetachSchema = z
  .strictObject({
    kind: z.literal('pool.detach'),
    ...onePool,
    /** No other host has it: what is empty of it goes as well, and the directory is free for another pool. */
    isLast: z.boolean(),
  })
  .refine(namesOnePlace, onePlaceMessage)

export const poolInspectSchema = z.object(onePlace).refine(namesOnePlace, onePlaceMessage)
export type PoolPlaceWish = z.infer<typeof poolInspectSchema>

/** From whichever pool of the host has it into another one, where overlays of it are to be. */
export const imageCopySchema = z.strictObject({
  kind: z.literal('image.copy'),
  imageId: imageIdSchema,
  pool: poolNameSchema,
})

/** What a host finds at a path, before anything is written there. */
export const directoryReportSchema = z.object({
  /** As the kernel calls it: nfs, ext, xfs, tmpfs … or its number. */
  fileSystem: z.string(),
  /** It lies on the host's own root disk: no other host will see it, or it is not mounted. */
  isOnRootDisk: z.boolean(),
  totalBytes: z.int(),
  freeBytes: z.int(),
  supportsDirectIo: z.boolean(),
  /** The pool that lies there already. */
  poolId: poolIdSchema.nullable(),
  /** Why it cannot be used, in words; null when it can. */
  problem: z.string().nullable(),
})
export type DirectoryReport = z.infer<typeof directoryReportSchema>
