/**
 * What the panel tells browsers. Each event carries enough to patch the query cache, so no page polls. Those with an id
 * are kept (tracked): a browser that comes back gets what it missed. `gauges` and `move.progressed` are live figures and are
 * not kept.
 */
import { z } from 'zod'
import { hostGaugesSchema, hostViewSchema } from '../host/host.ts'
import { hostIdSchema, imageIdSchema, vmIdSchema } from '../ids/ids.ts'
import { imageViewSchema } from '../image/image.ts'
import { vmSampleSchema } from '../metrics/metric-series.ts'
import { moveViewSchema } from '../migration/move-view.ts'
import { operationViewSchema } from '../operation/operation.ts'
import { vmViewSchema } from '../vm/vm-view.ts'

export const panelEventSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('vm.changed'), vm: vmViewSchema }),
  z.object({ kind: z.literal('vm.removed'), vmId: vmIdSchema }),
  z.object({ kind: z.literal('operation.changed'), operation: operationViewSchema }),
  z.object({ kind: z.literal('host.changed'), host: hostViewSchema }),
  z.object({ kind: z.literal('host.removed'), hostId: hostIdSchema }),
  z.object({ kind: z.literal('image.changed'), image: imageViewSchema }),
  z.object({ kind: z.literal('image.removed'), imageId: imageIdSchema }),
  /** Who may sign in, as what, or how many sessions he has. Carries nothing: whoever shows the list of users reads it again. */
  z.object({ kind: z.literal('accounts.changed') }),
  z.object({
    kind: z.literal('gauges'),
    at: z.iso.datetime(),
    hostId: hostIdSchema,
    host: hostGaugesSchema.nullable(),
    vms: z.record(vmIdSchema, vmSampleSchema),
  }),
  /** At most five a second of each move. What was missed is in operation.move. */
  z.object({ kind: z.literal('move.progressed'), move: moveViewSchema }),
  /** The reader is new, was too slow or away too long: it must read everything, now that it hears what comes after. */
  z.object({ kind: z.literal('stream.reset') }),
])
export type PanelEvent = z.infer<typeof panelEventSchema>
