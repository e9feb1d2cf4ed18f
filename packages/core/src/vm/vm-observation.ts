/**
 * What a machine is right now, as the agent that holds it publishes it. `generation` rises with every change, `epoch`
 * with every hand-over to another host; whoever stores it never lets a lower pair overwrite a higher one.
 */
import { z } from 'zod'
import { vmIdSchema } from '../ids/ids.ts'
import { startingFieldsSchema } from './restart-pending.ts'
import { volumeObservationSchema } from '../storage/volume.ts'
import { heldVmStateSchema, pauseReasonSchema, vmExitSchema } from './vm-state.ts'

export const guestAddressSchema = z.object({
  mac: z.string(),
  ip: z.string(),
  source: z.enum(['lease', 'guest-agent']),
})
export type GuestAddress = z.infer<typeof guestAddressSchema>

export const guestInfoSchema = z.object({
  isAgentConnected: z.boolean(),
  hostname: z.string().nullable(),
  osName: z.string().nullable(),
  kernel: z.string().nullable(),
})
export type GuestInfo = z.infer<typeof guestInfoSchema>

/** A run is one life of one QEMU process. `runId` is new with each start; uptime counts from `startedAt`. */
export const vmRunSchema = z.object({
  runId: z.string(),
  pid: z.int(),
  startedAt: z.iso.datetime(),
  qemuVersion: z.string(),
  acceleration: z.enum(['kvm', 'tcg']),
  /** The spec's revision that this process was started with. */
  specRevision: z.int(),
  /** What it was started with; absent from an agent that does not say. */
  startedWith: startingFieldsSchema.optional(),
})

export const vmObservationSchema = z.object({
  vmId: vmIdSchema,
  epoch: z.int().nonnegative(),
  generation: z.int().nonnegative(),
  specRevision: z.int(),
  state: heldVmStateSchema,
  stateSince: z.iso.datetime(),
  pauseReason: pauseReasonSchema.nullable(),
  /** Its QEMU lives and has answered nothing since then; `state` is the last that it said. Null: it answers, or is off. */
  silentSince: z.iso.datetime().nullable().default(null),
  run: vmRunSchema.nullable(),
  lastExit: vmExitSchema.nullable(),
  addresses: z.array(guestAddressSchema),
  guest: guestInfoSchema,
  volumes: z.array(volumeObservationSchema),
})
export type VmObservation = z.infer<typeof vmObservationSchema>
