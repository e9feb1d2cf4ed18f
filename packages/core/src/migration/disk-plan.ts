/**
 * What becomes of a machine's disks when it goes to a host: those in a pool that both hosts see stay where they are, the
 * others travel into a pool of that host.
 */
import { z } from 'zod'
import { imageIdSchema, volumeIdSchema } from '../ids/ids.ts'
import { diskFormatSchema, poolNameSchema } from '../storage/volume.ts'
import { diskBaseSchema, travellingDiskSchema } from './move-disks.ts'

/** A pool of the other host, weighed for one disk. */
export const diskPoolChoiceSchema = z.object({
  pool: poolNameSchema,
  freeBytes: z.int(),
  /** What the disk takes there at once. */
  needBytes: z.int().nonnegative(),
  /** The image whose blocks it shares does not lie there: it comes as a whole, and shares nothing from then on. */
  isFlattened: z.boolean(),
  /** That image is sent there first, from a host that has it: so large is its file. 0: it lies there, or the disk has none. */
  sentImageBytes: z.int().nonnegative().default(0),
  /** Why it cannot go there, with the numbers; null: it can. */
  refusal: z.string().nullable(),
})
export type DiskPoolChoice = z.infer<typeof diskPoolChoiceSchema>

const diskSchema = z.object({
  volumeId: volumeIdSchema,
  /** As the machine's page counts them: from 1. */
  number: z.int().min(1),
  /** Where it lies now. */
  pool: poolNameSchema,
  sizeBytes: z.int(),
})

export const diskPlanSchema = z.discriminatedUnion('kind', [
  diskSchema.extend({ kind: z.literal('stays') }),
  /** `targetPool` is the one that was wished, or the best; one of `choices`. */
  diskSchema.extend({
    kind: z.literal('travels'),
    targetPool: poolNameSchema,
    needBytes: z.int().nonnegative(),
    format: diskFormatSchema,
    base: diskBaseSchema,
    isFlattened: z.boolean(),
    sentImageBytes: z.int().nonnegative().default(0),
    choices: z.array(diskPoolChoiceSchema),
  }),
  diskSchema.extend({ kind: z.literal('stuck'), why: z.string(), choices: z.array(diskPoolChoiceSchema) }),
])
export type DiskPlan = z.infer<typeof diskPlanSchema>
export type TravellingDisk = Extract<DiskPlan, { kind: 'travels' }>

/** Into which pool of the other host a disk shall go. */
export const diskWishSchema = z.strictObject({ volumeId: volumeIdSchema, pool: poolNameSchema })
export type DiskWish = z.infer<typeof diskWishSchema>

/** An image that must come to a pool of the other host before the machine. */
export const broughtImageSchema = z.object({ imageId: imageIdSchema, pool: poolNameSchema })
export type BroughtImage = z.infer<typeof broughtImageSchema>

/** What goes from host to host with the machine; an image that is sent first is not among it. */
export const sentDiskBytes = (disks: readonly { needBytes: number; sentImageBytes: number }[]): number =>
  disks.reduce((sum, { needBytes, sentImageBytes }) => sum + needBytes - sentImageBytes, 0)

/**
 * A disk that travels, as its move keeps it: decided when the move was accepted, so that each step, and whoever follows the
 * machine's owner later, does the same.
 */
export const movedDiskSchema = z.object({
  ...travellingDiskSchema.shape,
  number: z.int().min(1),
  fromPool: poolNameSchema,
  /** What it takes there at once. */
  needBytes: z.int().nonnegative(),
})
export type MovedDisk = z.infer<typeof movedDiskSchema>
