/** Whether a machine can go to a host, with each reason in words and numbers, as the dialog and the refusal show it. */
import { z } from 'zod'
import { hostIdSchema } from '../ids/ids.ts'
import { diskPlanSchema } from './disk-plan.ts'

export const fitnessReasonSchema = z.object({
  /** Which rule spoke: stable, for tests and for "what would have to change". */
  rule: z.string().regex(/^[a-z][a-z0-9-]{1,40}$/),
  verdict: z.enum(['can', 'warning', 'cannot']),
  /** One sentence with its numbers. */
  text: z.string(),
})
export type FitnessReason = z.infer<typeof fitnessReasonSchema>

export const hostFitnessSchema = z.object({
  hostId: hostIdSchema,
  name: z.string(),
  /** The worst of its reasons. */
  verdict: z.enum(['can', 'warning', 'cannot']),
  /** The host that the machine is on now; it cannot be chosen. */
  isCurrent: z.boolean(),
  /** Those that speak against it first; at least one. */
  reasons: z.array(fitnessReasonSchema).min(1),
  memoryBytes: z.int(),
  freeMemoryAfterBytes: z.int(),
  /** What becomes of each disk if it goes there; none of the host that it is on, or where nobody said. */
  disks: z.array(diskPlanSchema).default([]),
  /** Higher is better; only compared within one answer. */
  score: z.number(),
})
export type HostFitness = z.infer<typeof hostFitnessSchema>
