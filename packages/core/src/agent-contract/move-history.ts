/**
 * What a machine leaves behind when it has moved, brought by its source's agent to its new host's after the take: nothing of
 * it is needed to run, so a failure of it never touches the move.
 *
 *   serial               what its serial port has said
 *   fine medium coarse   its figures in that resolution
 *   screen               the last picture of it
 */
import { z } from 'zod'
import { operationIdSchema, vmIdSchema } from '../ids/ids.ts'

/** In this order: figures that are rolled up are put together at the seam from the fine ones. */
export const historyParts = ['serial', 'fine', 'medium', 'coarse', 'screen'] as const
export const historyPartSchema = z.enum(historyParts)
export type HistoryPart = z.infer<typeof historyPartSchema>

/** Of one part, packed; the largest is a picture. */
export const maxHistoryBytes = 8_388_608
/** Of a chunk, before base64: a request of an agent's takes a MiB. */
export const historyChunkBytes = 491_520

export const moveHistorySchema = z.strictObject({
  vmId: vmIdSchema,
  moveId: operationIdSchema,
  token: z.string().regex(/^[0-9a-f]{64}$/),
  part: historyPartSchema,
  /** Of the chunk in the part, gzipped as a whole. 0 begins it anew. */
  offset: z.int().nonnegative().max(maxHistoryBytes),
  /** The part is put before what the host has written of it since. */
  isLast: z.boolean(),
  chunk: z.base64().max(700_000),
})
export type MoveHistory = z.infer<typeof moveHistorySchema>
