/** A machine as the panel shows it: spec and observation in one, with the age of what was seen. */
import { z } from 'zod'
import { movePolicySchema } from '../migration/move-policy.ts'
import { hostIdSchema, imageIdSchema, operationIdSchema, vmIdSchema } from '../ids/ids.ts'
import { operationKindSchema } from '../operation/operation.ts'
import { vmSampleSchema } from '../metrics/metric-series.ts'
import { volumeObservationSchema } from '../storage/volume.ts'
import { cloudInitSchema } from './cloud-init.ts'
import { guestAddressSchema, guestInfoSchema, vmRunSchema } from './vm-observation.ts'
import { pauseReasonSchema, vmExitSchema, vmStateSchema } from './vm-state.ts'
import { vmSpecSchema } from './vm-spec.ts'

export const vmViewSchema = z.object({
  vmId: vmIdSchema,
  name: z.string(),
  description: z.string(),
  tags: z.array(z.string()),
  isProtected: z.boolean(),
  /** By which it moves where nobody says another. */
  movePolicy: movePolicySchema,
  owner: z.object({ userId: z.string(), name: z.string() }),
  state: vmStateSchema,
  stateSince: z.iso.datetime(),
  /** What its host last said, kept when `state` is unknown. */
  lastKnownState: vmStateSchema,
  seenAt: z.iso.datetime().nullable(),
  pauseReason: pauseReasonSchema.nullable(),
  /** Since when its QEMU, which lives, does not answer; null also while its host is not heard. */
  silentSince: z.iso.datetime().nullable().default(null),
  host: z.object({ hostId: hostIdSchema, name: z.string() }).nullable(),
  image: z.object({ imageId: imageIdSchema, name: z.string() }).nullable(),
  /** Without the password: that one never leaves the panel. */
  spec: vmSpecSchema.extend({ cloudInit: cloudInitSchema.omit({ password: true }).nullable() }),
  revision: z.int(),
  run: vmRunSchema.nullable(),
  isRestartPending: z.boolean(),
  lastExit: vmExitSchema.nullable(),
  addresses: z.array(guestAddressSchema),
  guest: guestInfoSchema.nullable(),
  diskAllocatedBytes: z.int().nullable(),
  /** What each disk takes in its pool; without those that its host has not seen. */
  volumes: z.array(volumeObservationSchema),
  sample: vmSampleSchema.nullable(),
  operation: z.object({ operationId: operationIdSchema, kind: operationKindSchema, title: z.string() }).nullable(),
  createdAt: z.iso.datetime(),
})
export type VmView = z.infer<typeof vmViewSchema>

export { situationOf } from './vm-situation.ts'
