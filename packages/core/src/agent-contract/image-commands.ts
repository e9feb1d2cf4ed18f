/**
 * How an image comes from one host to another (docs/decisions/0024). The panel commands both sides; the file goes from agent
 * to agent. Only to agents with the capability "image-transfer".
 *
 *   panel → sender    image.offer   what its file is; from now on that one host may read it, with that token
 *   panel → receiver  image.fetch   reads it (GET imageFilePath), checks it by its hash, and has it then
 */
import { z } from 'zod'
import { hostIdSchema, imageIdSchema } from '../ids/ids.ts'
import { imageObservationSchema } from '../image/image.ts'
import { poolNameSchema } from '../storage/volume.ts'
import { hostDoorSchema } from './rehearsal-commands.ts'

const hexSecretSchema = z.string().regex(/^[0-9a-f]{64}$/)

/** Idempotent. IMAGE_NOT_FOUND where the file is not. */
export const imageOfferSchema = z.strictObject({
  kind: z.literal('image.offer'),
  imageId: imageIdSchema,
  /** The only host that may read it by this offer. */
  toHostId: hostIdSchema,
  /** SHA-256 of the token that it shows. */
  tokenHash: hexSecretSchema,
})

/** The image as its sender has it, with what a copy of its file is checked against. */
export const offeredImageSchema = imageObservationSchema.extend({
  fileSha256: hexSecretSchema,
  fileBytes: z.int().nonnegative(),
})
export type OfferedImage = z.infer<typeof offeredImageSchema>

/**
 * Idempotent: where the image is there, nothing is read. IMAGE_DOWNLOAD_FAILED when the sender goes away in the middle or takes
 * the token for none of its own (its agent was restarted: it must offer it again), IMAGE_CHECKSUM_MISMATCH, POOL_FULL. Whatever
 * the failure, nothing of the file stays.
 */
export const imageFetchSchema = z.strictObject({
  kind: z.literal('image.fetch'),
  imageId: imageIdSchema,
  pool: poolNameSchema,
  from: hostDoorSchema,
  token: hexSecretSchema,
  image: offeredImageSchema,
})

/**
 * GET, between hosts, no tRPC: the file's bytes from `from` on. Headers: `authorization: Bearer <token>`. PERMISSION_DENIED
 * for any token but one of an offer to that very host.
 */
export const imageFilePath = '/image-file'
export const imageFileQuerySchema = z.object({ imageId: imageIdSchema, from: z.coerce.number().int().nonnegative() })
