import { z } from 'zod'
import { hostIdSchema, poolIdSchema } from '@berth/core/ids/ids'
import { namesOnePlace, onePlaceMessage, poolSourceSchema } from '@berth/core/storage/pool-source'
import { poolNameSchema, poolPathSchema } from '@berth/core/storage/volume'
import { idempotencyKeySchema } from '../trpc/idempotency-key.ts'
import { pageInput } from '../trpc/paging.ts'

export const poolListInput = z.strictObject(pageInput).prefault({})

const hostIdsInput = z
  .array(hostIdSchema)
  .min(1, 'Choose a host.')
  .max(64)
  .transform((hostIds) => [...new Set(hostIds)])

/** A directory that hosts see, or what their agents mount: one of them. */
const onePlace = { path: poolPathSchema.nullish(), source: poolSourceSchema.nullish() }

/** `poolId`: of the pool that should lie there already. */
const testing = { hostIds: hostIdsInput, poolId: poolIdSchema.nullish() }
export const poolTestInput = z.strictObject({ path: poolPathSchema, ...testing })
export const poolTestMountInput = z.strictObject({ source: poolSourceSchema, ...testing })
export type PoolTestInput = z.infer<typeof poolTestInput> | z.infer<typeof poolTestMountInput>

export const poolCreateInput = z
  .strictObject({ name: poolNameSchema, ...onePlace, hostIds: hostIdsInput, ...idempotencyKeySchema })
  .refine(namesOnePlace, onePlaceMessage)
export type PoolCreateInput = z.infer<typeof poolCreateInput>

const onHost = { poolId: poolIdSchema, hostId: hostIdSchema }
/** `path`: where the host has the directory; not of a pool that agents mount. */
export const poolAttachInput = z.strictObject({ ...onHost, path: poolPathSchema.nullish(), ...idempotencyKeySchema })
export type PoolAttachInput = z.infer<typeof poolAttachInput>
export const poolDetachInput = z.strictObject({ ...onHost, ...idempotencyKeySchema })
export type PoolDetachInput = z.infer<typeof poolDetachInput>
