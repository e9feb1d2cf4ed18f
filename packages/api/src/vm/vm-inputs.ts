/** What the machine procedures take. The limits are core's; messages carry their numbers. */
import { z } from 'zod'
import { moveSendSchema } from '@berth/core/agent-contract/move-commands'
import { volumeMoveSchema } from '@berth/core/agent-contract/relocation-commands'
import { diskWishSchema } from '@berth/core/migration/disk-plan'
import { movePolicySchema } from '@berth/core/migration/move-policy'
import { moveTransportSchema, plainTransport } from '@berth/core/migration/move-transport'
import { defaultPoolName, diskBytesSchema, poolNameSchema } from '@berth/core/storage/volume'
import { cloudInitSchema } from '@berth/core/vm/cloud-init'
import { vmLimits } from '@berth/core/vm/vm-limits'
import { vmNameSchema } from '@berth/core/vm/vm-name'
import { memoryBytesSchema, tagSchema, vcpusSchema } from '@berth/core/vm/vm-spec'
import { vmStateSchema } from '@berth/core/vm/vm-state'
import { firmwareSchema } from '@berth/core/image/image'
import { hostIdSchema, imageIdSchema, networkIdSchema, vmIdSchema, volumeIdSchema } from '@berth/core/ids/ids'
import { metricsQuerySchema } from '@berth/core/metrics/metric-series'
import { idempotencyKeySchema } from '../trpc/idempotency-key.ts'
import { pageInput } from '../trpc/paging.ts'

const tagsInput = z
  .array(tagSchema)
  .max(vmLimits.tags.max)
  .transform((tags) => [...new Set(tags)])
const descriptionInput = z.string().max(2_000)

export const oneVmInput = z.strictObject({ vmId: vmIdSchema })
export const vmVerbInput = z.strictObject({ vmId: vmIdSchema, ...idempotencyKeySchema })
/** `timeoutMs`: how long the guest may take before the task fails with GUEST_IGNORED_SHUTDOWN. */
export const vmGracefulInput = vmVerbInput.extend({ timeoutMs: z.int().min(1_000).max(3_600_000).default(90_000) })

/** `isForced`: also when the guest has locked the tray, which may cost it what it was reading. */
export const vmDiscInput = vmVerbInput.extend({ isForced: z.boolean().default(false) })
export type VmDiscInput = z.infer<typeof vmDiscInput>
export const vmInsertDiscInput = vmDiscInput.extend({ imageId: imageIdSchema })
export type VmInsertDiscInput = z.infer<typeof vmInsertDiscInput>

/**
 * `targetHostId` null: the best. A bandwidth of null is as fast as the link is. `disks`: into which pools of the named host those go
 * that travel; of one that is not named placement chooses.
 */
export const vmMigrateInput = vmVerbInput.extend({
  targetHostId: hostIdSchema.nullable(),
  /** Absent: the machine's own. */
  policy: movePolicySchema.optional(),
  bandwidthBytesPerSecond: moveSendSchema.shape.bandwidthBytesPerSecond.default(null),
  transport: moveTransportSchema.default(plainTransport),
  disks: z.array(diskWishSchema).max(vmLimits.disks.max).default([]),
})
export type VmMigrateInput = z.infer<typeof vmMigrateInput>

/** Of the move that is under way. Null as above. */
export const vmSetMoveBandwidthInput = vmVerbInput.extend({
  bandwidthBytesPerSecond: moveSendSchema.shape.bandwidthBytesPerSecond,
})
export type VmSetMoveBandwidthInput = z.infer<typeof vmSetMoveBandwidthInput>

/** Of the disk, and of its pools. */
export const vmDiskInput = z.strictObject({ vmId: vmIdSchema, volumeId: volumeIdSchema })

/**
 * Into another pool of its host. A bandwidth of null is as fast as it goes, and none is below 1 MiB/s, because QEMU copies up to 16 MiB
 * at once and then rests until that is what it may, and one that rests for minutes is taken for stuck. `keepsOld`: its old
 * file waits in the trash for a day.
 */
export const vmMoveDiskInput = vmVerbInput.extend({
  volumeId: volumeIdSchema,
  toPool: poolNameSchema,
  bandwidthBytesPerSecond: moveSendSchema.shape.bandwidthBytesPerSecond.default(null),
  keepsOld: volumeMoveSchema.shape.keepsOld.default(true),
})
export type VmMoveDiskInput = z.infer<typeof vmMoveDiskInput>

/** `vmId`'s move to that host, measured and played through; nothing is reserved by it. */
export const vmForecastInput = z.strictObject({ vmId: vmIdSchema, targetHostId: hostIdSchema })

/** As for the move, of a host that is named. */
export const vmRehearseInput = vmMigrateInput
  .pick({ vmId: true, idempotencyKey: true, policy: true, transport: true, disks: true })
  .extend({ targetHostId: hostIdSchema })
export type VmRehearseInput = z.infer<typeof vmRehearseInput>

export const vmCreateInput = z.strictObject({
  name: vmNameSchema,
  description: descriptionInput.default(''),
  tags: tagsInput.default([]),
  imageId: imageIdSchema,
  vcpus: vcpusSchema,
  memoryBytes: memoryBytesSchema,
  diskBytes: diskBytesSchema,
  /** An overlay shares the image's blocks and is made at once; a full copy stands alone. */
  diskMode: z.enum(['overlay', 'copy']).default('overlay'),
  /** Where the disk lies: in each host's own, or in one that hosts share. */
  pool: poolNameSchema.default(defaultPoolName),
  nics: z
    .array(z.strictObject({ networkId: networkIdSchema }))
    .max(vmLimits.nics.max)
    .default([]),
  cloudInit: cloudInitSchema.nullish(),
  firmware: firmwareSchema,
  hasScreen: z.boolean().default(true),
  isProtected: z.boolean().default(false),
  hostId: hostIdSchema.nullish(),
  start: z.boolean(),
  ...idempotencyKeySchema,
})
export type VmCreateInput = z.infer<typeof vmCreateInput>

/** What decides where a machine would go, for a form that is not finished. */
export const vmPlaceInput = vmCreateInput.pick({
  imageId: true,
  vcpus: true,
  memoryBytes: true,
  diskMode: true,
  pool: true,
  nics: true,
  firmware: true,
  hostId: true,
})
export type VmPlaceInput = z.infer<typeof vmPlaceInput>

/** `revision`: of the view that the change was made from; with it, a change made meanwhile is not overwritten. */
export const vmUpdateInput = z.strictObject({
  vmId: vmIdSchema,
  revision: z.int().optional(),
  name: vmNameSchema.optional(),
  description: descriptionInput.optional(),
  tags: tagsInput.optional(),
  isProtected: z.boolean().optional(),
  /** By which it moves where nobody says another. */
  movePolicy: movePolicySchema.optional(),
  vcpus: vcpusSchema.optional(),
  memoryBytes: memoryBytesSchema.optional(),
  /** Of the first disk; disks only grow. */
  diskBytes: diskBytesSchema.optional(),
  /** Read when the machine starts; a system that was installed for the other one does not boot. */
  firmware: firmwareSchema.optional(),
  hasScreen: z.boolean().optional(),
  ...idempotencyKeySchema,
})
export type VmUpdateInput = z.infer<typeof vmUpdateInput>

export const vmSortKeys = ['name', 'createdAt', 'state', 'host', 'vcpus', 'memoryBytes'] as const
export const vmSortSchema = z.strictObject({
  by: z.enum(vmSortKeys),
  direction: z.enum(['asc', 'desc']).default('asc'),
})
export type VmSort = z.infer<typeof vmSortSchema>

/** `query` is what the filter box takes: `web state:running mem>8G`, see core's vm-filter.ts. All that is given must hold. */
const vmFilterSchema = z
  .strictObject({
    query: z.string().max(1_000).optional(),
    text: z.string().trim().max(200).optional(),
    state: z.array(vmStateSchema).min(1).max(20).optional(),
    hostId: hostIdSchema.optional(),
    imageId: imageIdSchema.optional(),
    tag: z.string().max(vmLimits.tags.length).optional(),
  })
  .default({})
export type VmFilterInput = z.infer<typeof vmFilterSchema>

export const vmListInput = z
  .strictObject({
    ...pageInput,
    filter: vmFilterSchema,
    sort: vmSortSchema.default({ by: 'name', direction: 'asc' }),
  })
  .prefault({})

export const vmCountsInput = z.strictObject({ filter: vmFilterSchema }).prefault({})

export const savedFilterSchema = z.strictObject({
  name: z.string().trim().min(1).max(40),
  query: z.string().trim().min(1).max(1_000),
})
export const saveFilterInput = savedFilterSchema.extend(idempotencyKeySchema)
export const forgetFilterInput = savedFilterSchema.pick({ name: true }).extend(idempotencyKeySchema)

export const vmMetricsInput = z.strictObject({ vmId: vmIdSchema, query: metricsQuerySchema })

export const vmSendKeysInput = vmVerbInput.extend({
  /** QEMU's key names, pressed together: ["ctrl", "alt", "delete"]. */
  keys: z
    .array(z.string().regex(/^[a-z0-9_]{1,20}$/, 'A key is named as QEMU names it, such as “ctrl” or “f1”.'))
    .min(1)
    .max(6),
})

export const vmFlightInput = z.strictObject({
  vmId: vmIdSchema,
  afterSequence: z.int().nonnegative().default(0),
  limit: z.int().min(1).max(500).default(200),
})
