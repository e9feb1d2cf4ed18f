/**
 * What each kind of operation is given when it is accepted, and all that its workflow knows besides the rows. Kept in
 * the operation's row, so it holds ids and numbers and never a secret.
 */
import { z } from 'zod'
import { imageSourceSchema } from '@berth/core/agent-contract/agent-commands'
import { firmwareSchema } from '@berth/core/image/image'
import { hostIdSchema, imageIdSchema, vmIdSchema } from '@berth/core/ids/ids'
import type { OperationKind } from '@berth/core/operation/operation'
import { poolNameSchema } from '@berth/core/storage/volume'
import { vmSpecSchema } from '@berth/core/vm/vm-spec'

const oneVm = z.object({ vmId: vmIdSchema })
/** What a change asked for, to be asked again; the rules for its values are the procedure's. */
const wantedChange = z.object({
  name: z.string().optional(),
  description: z.string().optional(),
  tags: z.array(z.string()).optional(),
  isProtected: z.boolean().optional(),
  vcpus: z.number().optional(),
  memoryBytes: z.number().optional(),
  diskBytes: z.number().optional(),
  firmware: firmwareSchema.optional(),
  hasScreen: z.boolean().optional(),
})
const gracefully = oneVm.extend({ timeoutMs: z.int().min(1_000).max(3_600_000) })

export const operationArgsSchemas = {
  /** The machine's row and its planned volumes were written when it was accepted. A password is not kept for a retry. */
  'vm.create': oneVm.extend({ start: z.boolean(), hadPassword: z.boolean().optional() }),
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
  'vm.delete': oneVm,
  /** The image's row was written, in state importing. */
  'image.import': z.object({
    imageId: imageIdSchema,
    hostId: hostIdSchema,
    pool: poolNameSchema,
    source: imageSourceSchema,
  }),
  'image.delete': z.object({ imageId: imageIdSchema }),
} as const satisfies Record<OperationKind, z.ZodType>

export type OperationArgs<K extends OperationKind> = z.input<(typeof operationArgsSchemas)[K]>
