/**
 * How a step of an operation runs on a host.
 *
 * The panel sends `step.run` with a key (operation, step, attempt) and its lease's epoch. The agent writes the key to
 * its fsynced journal, works, and writes the result. A repeated key is answered from the journal and runs nothing; a
 * lower epoch than the highest seen for the operation is refused with EPOCH_STALE. A lost reply is therefore never
 * "failed": `step.wait` says what became of it. `interrupted` means that the agent died in the middle: the panel runs
 * the step again under the next attempt, which steps allow by being idempotent.
 */
import { z } from 'zod'
import { wireErrorSchema } from '../errors/app-error.ts'
import { operationIdSchema } from '../ids/ids.ts'
import { moveProgressSchema } from '../migration/move-progress.ts'
import { vmObservationSchema } from '../vm/vm-observation.ts'
import { agentCommandSchema } from './agent-commands.ts'

export const stepKeySchema = z.object({
  operationId: operationIdSchema,
  step: z.string().min(1).max(80),
  attempt: z.int().min(1),
})
export type StepKey = z.infer<typeof stepKeySchema>

export const stepProgressSchema = z.object({
  /** 0 to 1, or null where the end is not known. */
  share: z.number().min(0).max(1).nullable(),
  text: z.string(),
  /** Only of a step that sends a machine's memory. */
  move: moveProgressSchema.optional(),
})
export type StepProgress = z.infer<typeof stepProgressSchema>

/**
 * The step's machine as it was when the step ended. Whoever hears of the end can so know the machine at once, and need not
 * wait for the event stream, which comes by another way. Not journalled: a key that is asked again later has none.
 */
export const vmSightingSchema = z.object({ bootId: z.string(), vm: vmObservationSchema })
export type VmSighting = z.infer<typeof vmSightingSchema>
const sighting = vmSightingSchema.optional()

export const stepReportSchema = z.discriminatedUnion('status', [
  z.object({ status: z.literal('running'), progress: stepProgressSchema.nullable() }),
  z.object({ status: z.literal('succeeded'), result: z.unknown(), sighting }),
  z.object({ status: z.literal('failed'), error: wireErrorSchema, sighting }),
  z.object({ status: z.literal('interrupted') }),
  /** The agent never heard of this key. */
  z.object({ status: z.literal('absent') }),
])
export type StepReport = z.infer<typeof stepReportSchema>

export const stepRunRequestSchema = stepKeySchema.extend({
  epoch: z.int().min(1),
  command: agentCommandSchema,
  /** How long the agent may hold the answer before it says `running`. */
  waitMs: z.int().min(0).max(30_000),
})
export type StepRunRequest = z.infer<typeof stepRunRequestSchema>

export const stepWaitRequestSchema = stepKeySchema.extend({ waitMs: z.int().min(0).max(30_000) })
export type StepWaitRequest = z.infer<typeof stepWaitRequestSchema>
