/** The way from a host to each other one, as a machine's memory would take it. */
import { z } from 'zod'
import { hostIdSchema } from '../ids/ids.ts'
import { pathSampleSchema } from '../migration/move-forecast.ts'
import { hostStateSchema } from './host.ts'

export const hostPathSchema = z.object({
  hostId: hostIdSchema,
  name: z.string(),
  state: hostStateSchema,
  /** What it carried when it was measured last; null: this panel has not measured it. */
  sample: pathSampleSchema.nullable(),
  /** Why it cannot be measured, as a fragment of a sentence; null: it can. */
  obstacle: z.string().nullable(),
})
export type HostPath = z.infer<typeof hostPathSchema>
