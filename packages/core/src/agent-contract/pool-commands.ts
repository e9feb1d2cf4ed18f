/**
 * How a host comes to a shared pool: a directory that several hosts see. The first of them writes the pool's id into it,
 * once; the others go in only where they find that very id. No agent ever makes the directory itself: one that is not
 * there, or is empty, is a file system that is not mounted.
 */
import { z } from 'zod'
import { hostIdSchema, imageIdSchema, poolIdSchema } from '../ids/ids.ts'
import { poolNameSchema, poolPathSchema } from '../storage/volume.ts'

const onePool = {
  poolId: poolIdSchema,
  name: poolNameSchema,
  path: poolPathSchema,
  /** The host's own id, by which its half-done files and its trash are told from those of the others. */
  hostId: hostIdSchema,
}

export const poolAttachSchema = z.strictObject({
  kind: z.literal('pool.attach'),
  ...onePool,
  /** Makes the pool in an empty directory; without it the pool must be there. */
  isFirst: z.boolean(),
})

export const poolDetachSchema = z.strictObject({
  kind: z.literal('pool.detach'),
  ...onePool,
  /** No other host has it: what is empty of it goes as well, and the directory is free for another pool. */
  isLast: z.boolean(),
})

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
