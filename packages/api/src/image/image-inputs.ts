import { z } from 'zod'
import {
  checksumSchema,
  imageHintsSchema,
  imageKindSchema,
  imageNameSchema,
  imageStateSchema,
} from '@berth/core/image/image'
import { hostIdSchema, imageIdSchema } from '@berth/core/ids/ids'
import { defaultPoolName, poolNameSchema } from '@berth/core/storage/volume'
import { idempotencyKeySchema } from '../trpc/idempotency-key.ts'
import { pageInput } from '../trpc/paging.ts'

export const oneImageInput = z.strictObject({ imageId: imageIdSchema })
export const imageDeleteInput = z.strictObject({ imageId: imageIdSchema, ...idempotencyKeySchema })

export const imageImportInput = z.strictObject({
  name: imageNameSchema,
  url: z.url({ protocol: /^https?$/, error: 'Use an http or https address.' }).max(2_000),
  checksum: checksumSchema.nullish(),
  hints: imageHintsSchema.prefault({}),
  hostId: hostIdSchema.nullish(),
  pool: poolNameSchema.default(defaultPoolName),
  ...idempotencyKeySchema,
})
export type ImageImportInput = z.infer<typeof imageImportInput>

export const imageListInput = z
  .strictObject({
    ...pageInput,
    filter: z
      .strictObject({
        text: z.string().trim().max(200).optional(),
        kind: imageKindSchema.optional(),
        state: z.array(imageStateSchema).min(1).max(4).optional(),
      })
      .default({}),
  })
  .prefault({})
