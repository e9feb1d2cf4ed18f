/**
 * What each kind of operation is given when it is accepted, and all that its workflow knows besides the rows. Kept in
 * the operation's row, so it holds ids and numbers and never a secret.
 */
import { z } from 'zod'
import { imageSourceSchema } from '@berth/core/agent-contract/agent-commands'
import { hostIdSchema, imageIdSchema, vmIdSchema } from '@berth/core/ids/ids'
import type { OperationKind } from '@berth/core/operation/operation'
import { poolNameSchema } from '@berth/core/storage/volume'
import { vmSpecSchema } from '@berth/core/vm/vm-spec'

const oneVm = z.object({ vmId: vmIdSchema })
const gracefully = oneVm.extend({ timeoutMs: z.int().min(1_000).max(3_600_000) })

export const operationArgsSchemas = {
  /** The machine's row and its planned volumes were written when it was accepted. */
  'vm.create': oneVm.extend({ start: z.boolean() }),
  'vm.start': oneVm,
  'vm.stop': oneVm,
  'vm.reset': oneVm,
  'vm.pause': oneVm,
  'vm.resume': oneVm,
  'vm.shutdown': gracefully,
  'vm.reboot': gracefully,
  /** The row has the new spec already; `previousSpec` is what it had (no password in it), to go back to. */
  'vm.update': oneVm.extend({ previousSpec: vmSpecSchema }),
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
