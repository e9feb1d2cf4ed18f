import { z } from 'zod'
import { hostIdSchema, poolIdSchema } from '@berth/core/ids/ids'
import { poolNameSchema, poolPathSchema } from '@berth/core/storage/volume'
import { idempotencyKeySchema } from '../trpc/idempotency-key.ts'
import { pageInput } from '../trpc/paging.ts'

export const poolListInput = z.strictObject(pageInput).prefault({})

const hostIdsInput = z
  .array(hostIdSchema)
  .min(1, 'Choose a host.')
  .max(64)
  .transform((hostIds) => [...new Set(hostIds)])

/** `poolId`: of the pool that should lie there already. */
export const poolTestInput = z.strictObject({
  path: poolPathSchema,
  hostIds: hostIdsInput,
  poolId: poolIdSchema.nullish(),
})
export type PoolTestInput = z.infer<typeof poolTestInput>

export const poolCreateInput = z.strictObject({
  name: poolNameSchema,
  path: poolPathSchema,
  hostIds: hostIdsInput,
  ...idempotencyKeySchema,
})
export type PoolCreateInput = z.infer<typeof poolCreateInput>

const onHost = { poolId: poolIdSchema, hostId: hostIdSchema }
export const poolAttachInput = z.strictObject({ ...onHost, path: poolPathSchema, ...idempotencyKeySchema })
export type PoolAttachInput = z.infer<typeof poolAttachInput>
export const poolDetachInput = z.strictObject({ ...onHost, ...idempotencyKeySchema })
export type PoolDetachInput = z.infer<typeof poolDetachInput>
