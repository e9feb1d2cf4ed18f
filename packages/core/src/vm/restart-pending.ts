/** What of a spec a running process was started with and cannot change: a newer value waits for the next start. Pure. */
import { z } from 'zod'
import { firmwareSchema } from '../image/image.ts'

export const startingFieldsSchema = z.object({
  vcpus: z.int(),
  memoryBytes: z.int(),
  firmware: firmwareSchema,
  hasScreen: z.boolean(),
})
export type StartingFields = z.infer<typeof startingFieldsSchema>

export const startingFieldNames = ['vcpus', 'memoryBytes', 'firmware', 'hasScreen'] as const

/** The fields in which the spec differs from what runs. */
export function fieldsPendingRestart(
  spec: StartingFields,
  startedWith: StartingFields,
): readonly (keyof StartingFields)[] {
  return startingFieldNames.filter((field) => spec[field] !== startedWith[field])
}
