import { z } from 'zod'

/** Every changing procedure takes one: the same key with the same request returns the same task, with another is refused. */
export const idempotencyKeySchema = { idempotencyKey: z.string().min(8).max(128).optional() }
