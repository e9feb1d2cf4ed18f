/** A machine's CD drive. A disc is an image of kind iso on the machine's host; null is a drive without one. */
import { z } from 'zod'
import { imageIdSchema } from '../ids/ids.ts'

export const cdromSpecSchema = z.strictObject({ imageId: imageIdSchema.nullable() })
