/** A picture of a machine's screen, and when it was one. */
import { z } from 'zod'

export const screenshotSchema = z.object({
  pngBase64: z.string(),
  /** By the clock of the machine's host. */
  takenAt: z.iso.datetime(),
})
export type Screenshot = z.infer<typeof screenshotSchema>
