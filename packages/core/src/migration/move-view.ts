/** A move as the panel shows it, while it works and long after: kept with its operation. */
import { z } from 'zod'
import { hostIdSchema, operationIdSchema, vmIdSchema } from '../ids/ids.ts'
import { movedDiskSchema } from './disk-plan.ts'
import { moveForecastSchema } from './move-forecast.ts'
import { movePolicySchema } from './move-policy.ts'
import { moveProgressSchema, moveReportSchema } from './move-progress.ts'

const hostNameSchema = z.object({ hostId: hostIdSchema, name: z.string() })

export const moveViewSchema = z.object({
  operationId: operationIdSchema,
  vmId: vmIdSchema,
  source: hostNameSchema,
  target: hostNameSchema,
  policy: movePolicySchema,
  /** Those that travel, too. */
  disks: z.array(movedDiskSchema).default([]),
  /** It was off: only its disks and files went, and it is off there. */
  isOff: z.boolean().default(false),
  /** The last that was heard; null until memory is sent. */
  progress: moveProgressSchema.nullable(),
  /** Null until it has succeeded. */
  report: moveReportSchema.nullable(),
  /** As it was when it was asked for; null where nothing had been measured. */
  forecast: moveForecastSchema.nullable().default(null),
})
export type MoveView = z.infer<typeof moveViewSchema>
