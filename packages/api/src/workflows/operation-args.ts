/**
 * What each kind of operation is given when it is accepted, and all that its workflow knows besides the rows. Kept in
 * the operation's row, so it holds ids and numbers and never a secret.
 */
import { z } from 'zod'
import { imageSourceSchema } from '@berth/core/agent-contract/agent-commands'
import { firmwareSchema } from '@berth/core/image/image'
import { hostIdSchema, imageIdSchema, poolIdSchema, vmIdSchema, volumeIdSchema } from '@berth/core/ids/ids'
import { broughtImageSchema, movedDiskSchema } from '@berth/core/migration/disk-plan'
import { movePolicySchema } from '@berth/core/migration/move-policy'
import { moveTransportSchema, plainTransport } from '@berth/core/migration/move-transport'
import type { OperationKind } from '@berth/core/operation/operation'
import { drainChoiceSchema } from '@berth/core/maintenance/drain'
import { poolSourceSchema } from '@berth/core/storage/pool-source'
import { poolNameSchema, poolPathSchema } from '@berth/core/storage/volume'
import { vmSpecSchema } from '@berth/core/vm/vm-spec'

const oneVm = z.object({ vmId: vmIdSchema })
/** What a change asked for, to be asked again; the rules for its values are the procedure's. */
const wantedChange = z.object({
  name: z.string().optional(),
  description: z.string().optional(),
  tags: z.array(z.string()).optional(),
  isProtected: z.boolean().optional(),
  movePolicy: movePolicySchema.optional(),
  vcpus: z.number().optional(),
  memoryBytes: z.number().optional(),
  diskBytes: z.number().optional(),
  firmware: firmwareSchema.optional(),
  hasScreen: z.boolean().optional(),
})
/** `path` of a directory, or of what the agent mounts itself: where that is on a host only the host knows. */
const onePool = {
  poolId: poolIdSchema,
  name: poolNameSchema,
  path: poolPathSchema.optional(),
  source: poolSourceSchema.optional(),
}
const gracefully = oneVm.extend({ timeoutMs: z.int().min(1_000).max(3_600_000) })

export const operationArgsSchemas = {
  /** The machine's row and its planned volumes were written when it was accepted. A password is not kept for a retry. */
  'vm.create': oneVm.extend({
    start: z.boolean(),
    hadPassword: z.boolean().optional(),
    /** Where the image is not in the disk's pool yet: from another pool of the host, or from another host. */
    bringImage: broughtImageSchema.optional(),
  }),
  'vm.start': oneVm,
  'vm.stop': oneVm,
  'vm.reset': oneVm,
  'vm.pause': oneVm,
  'vm.resume': oneVm,
  'vm.shutdown': gracefully,
  'vm.reboot': gracefully,
  /** The row has the new spec already; `previousSpec` is what it had (no password in it), to go back to. */
  'vm.update': oneVm.extend({ previousSpec: vmSpecSchema, wanted: wantedChange.optional() }),
  /** As for a change; what is in the drive now is read from the row. */
  'vm.insertDisc': oneVm.extend({ previousSpec: vmSpecSchema, imageId: imageIdSchema, isForced: z.boolean() }),
  'vm.ejectDisc': oneVm.extend({ previousSpec: vmSpecSchema, isForced: z.boolean() }),
  /** `vmEpoch`: under which the source owns it. The move's row was written when it was accepted. */
  'vm.migrate': oneVm.extend({
    sourceHostId: hostIdSchema,
    targetHostId: hostIdSchema,
    vmEpoch: z.int().nonnegative(),
    policy: movePolicySchema,
    bandwidthBytesPerSecond: z.int().nullable(),
    transport: moveTransportSchema.default(plainTransport),
    /** Those that travel; the others stay in pools that both hosts see. */
    disks: z.array(movedDiskSchema).default([]),
    /** Those that its disks lie on and that the target does not have. */
    bringImages: z.array(broughtImageSchema).default([]),
    /** When it was accepted. One whose guest turns it off meanwhile moves all the same, as one that is off. */
    isOff: z.boolean().default(false),
  }),
  /** As for the move, whose row a rehearsal does not have. */
  'vm.rehearse': oneVm.extend({
    sourceHostId: hostIdSchema,
    targetHostId: hostIdSchema,
    vmEpoch: z.int().nonnegative(),
    policy: movePolicySchema,
    transport: moveTransportSchema,
    disks: z.array(movedDiskSchema).default([]),
    /** As for the move; here they are not brought. */
    bringImages: z.array(broughtImageSchema).default([]),
  }),
  /** `number`: as the machine's page counts its disks, from 1. `needBytes`: what it takes in the other pool. */
  'vm.moveDisk': oneVm.extend({
    volumeId: volumeIdSchema,
    number: z.int().min(1),
    fromPool: poolNameSchema,
    toPool: poolNameSchema,
    needBytes: z.int().nonnegative(),
    bandwidthBytesPerSecond: z.int().nullable(),
    keepsOld: z.boolean(),
    bringImages: z.array(broughtImageSchema).default([]),
  }),
  'vm.delete': oneVm,
  /** The image's row was written, in state importing. */
  'image.import': z.object({
    imageId: imageIdSchema,
    hostId: hostIdSchema,
    pool: poolNameSchema,
    source: imageSourceSchema,
  }),
  'image.delete': z.object({ imageId: imageIdSchema }),
  /** One copy of it, of several. */
  'image.forget': z.object({ imageId: imageIdSchema, hostId: hostIdSchema, pool: poolNameSchema }),
  /** The pool's row was written. The first host makes it. */
  'pool.create': z.object({ ...onePool, hostIds: z.array(hostIdSchema).min(1) }),
  'pool.attach': z.object({ ...onePool, hostId: hostIdSchema }),
  'pool.detach': z.object({ ...onePool, hostId: hostIdSchema }),
  /** The rows of its machines were written. `choices` is what was asked for, to be asked for again. */
  'host.drain': z.object({
    hostId: hostIdSchema,
    choices: z.array(z.object({ vmId: vmIdSchema, choice: drainChoiceSchema })),
  }),
} as const satisfies Record<OperationKind, z.ZodType>

export type OperationArgs<K extends OperationKind> = z.input<(typeof operationArgsSchemas)[K]>
