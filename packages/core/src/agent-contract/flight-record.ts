import { z } from 'zod'

/** One line of a machine's QMP flight recorder. `payload` is what went over the wire, with secrets replaced by "•••". */
export const flightRecordSchema = z.object({
  sequence: z.int(),
  at: z.iso.datetime(),
  direction: z.enum(['command', 'reply', 'error', 'event']),
  name: z.string(),
  durationMs: z.number().nullable(),
  payload: z.unknown(),
})
export type FlightRecord = z.infer<typeof flightRecordSchema>
