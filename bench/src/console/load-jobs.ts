/** What the benchmark asks of its load generator, a process of its own. */
import { z } from 'zod'

const viewers = z.array(z.object({ port: z.int(), path: z.string() }))

export const jobSchema = z.discriminatedUnion('kind', [
  /** Opens viewers, beside those that the group has; they stay until `close`. */
  z.object({ kind: z.literal('open'), group: z.string(), viewers }),
  z.object({ kind: z.literal('close'), group: z.string() }),
  z.object({ kind: z.literal('down'), group: z.string(), bytes: z.int() }),
  z.object({ kind: z.literal('up'), group: z.string(), bytes: z.int(), frameBytes: z.int() }),
  /**
   * One message after the other; all viewers of a group at once, each at its own pace where `everyMs` is given. The sizes are
   * those of a viewer's first time.
   */
  z.object({
    kind: z.literal('ping'),
    group: z.string(),
    count: z.int(),
    askedBytes: z.int(),
    answeredBytes: z.int(),
    everyMs: z.number(),
  }),
  /** Asks for bytes and reads none of them. */
  z.object({ kind: z.literal('stall'), group: z.string(), bytes: z.int() }),
])
export type Job = z.infer<typeof jobSchema>

/** `ms`: how long it took, all in all; `roundTripsMs`: of each message of a ping. */
export const jobResultSchema = z.object({ ms: z.number(), roundTripsMs: z.array(z.number()) })
export type JobResult = z.infer<typeof jobResultSchema>

export const jobAnswerSchema = z.union([
  z.object({ id: z.int(), result: jobResultSchema }),
  z.object({ id: z.int(), error: z.string() }),
])
export const jobCallSchema = z.object({ id: z.int(), job: jobSchema })
