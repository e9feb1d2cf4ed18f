import { z } from 'zod'

/** A host's name in the panel: one lower-case label, which is also a folder's and a log's name on that host. */
export const hostNameSchema = z
  .string()
  .trim()
  .regex(
    /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
    'Use lower-case letters, digits and hyphens, 1 to 63, and no hyphen at the ends.',
  )
