/**
 * What the agent remembers of a machine on disk (vm.json): enough to start it without a panel, to know its process again
 * after a restart, and to go on counting generations.
 */
import { hostIdSchema, operationIdSchema, vmIdSchema, volumeIdSchema } from '@berth/core/ids/ids'
import { arrivedDiskSchema } from '@berth/core/migration/move-disks'
import { poolNameSchema } from '@berth/core/storage/volume'
import { vmRunSchema } from '@berth/core/vm/vm-observation'
import { desiredPowerSchema, vmSpecSchema } from '@berth/core/vm/vm-spec'
import { heldVmStateSchema, pauseReasonSchema, vmExitSchema } from '@berth/core/vm/vm-state'
import { z } from 'zod'

/** A process: its pid alone may be somebody else's by now, so the start time in clock ticks and the boot belong to it. */
export const runRecordSchema = vmRunSchema.extend({
  startTicks: z.int(),
  bootId: z.string(),
  /** What the process was started with: a newer spec takes effect with the next start. */
  spec: vmSpecSchema,
  /** See disk-nodes.ts. */
  diskNodes: z.record(z.string(), z.string()).default({}),
})
export type RunRecord = z.infer<typeof runRecordSchema>

/** Its memory goes, or went, to another host; the machine is still this one's. */
const sendingSchema = z.object({
  moveId: operationIdSchema,
  /** Whether its processors shall run, wherever it ends up. */
  isRunning: z.boolean(),
  /** Its disks go, too: its QEMU mirrors them, which is to be ended where it stays. */
  hasMirrors: z.boolean().default(false),
})

/**
 * It was given away: from here on this host never resumes it, until the other one has said in words that it does not take
 * it. The token is kept because the other host is asked until it answers, also by an agent that was started since.
 */
const givenSchema = z.object({
  moveId: operationIdSchema,
  hostId: hostIdSchema,
  address: z.string(),
  port: z.int(),
  token: z.string(),
  /** Under which the other host owns it. */
  epoch: z.int().positive(),
  isRunning: z.boolean(),
  /** Its memory is still here, but for what the other host has fetched: this process is needed until all is there. */
  comesEarly: z.boolean().default(false),
  at: z.iso.datetime(),
  /** Those that travelled: what lies here of them goes to the trash once the other host has it, and not before. */
  disks: z.array(arrivedDiskSchema.extend({ fromPool: poolNameSchema })).default([]),
})
export type GivenRecord = z.infer<typeof givenSchema>

/** It came from another host, by this move. */
const takenSchema = z.object({
  moveId: operationIdSchema,
  tokenHash: z.string(),
  sourceHostId: hostIdSchema,
  /** Its processors have yet to be started: this agent, or the next one, does. */
  mustRun: z.boolean(),
})

/** A disk goes from one pool of this host into another: which of the two has it is said by `spec`, what is left in the other goes. */
const relocatingSchema = z.object({
  volumeId: volumeIdSchema,
  fromPool: poolNameSchema,
  toPool: poolNameSchema,
  /** What is left in `fromPool` goes to the trash, and not for good. */
  keepsOld: z.boolean(),
})
export type RelocatingRecord = z.infer<typeof relocatingSchema>

export const vmRecordSchema = z.object({
  version: z.literal(1),
  vmId: vmIdSchema,
  epoch: z.int().nonnegative(),
  /** On disk: at least the highest ever published, see vm-publisher.ts. */
  generation: z.int().nonnegative(),
  specRevision: z.int(),
  /** Without cloud-init's password: that one is on the seed disc and nowhere else. */
  spec: vmSpecSchema,
  desiredPower: desiredPowerSchema,
  state: heldVmStateSchema,
  stateSince: z.iso.datetime(),
  pauseReason: pauseReasonSchema.nullable(),
  run: runRecordSchema.nullable(),
  /** The unprivileged user of its QEMU, its own for life. */
  uid: z.int().positive(),
  lastExit: vmExitSchema.nullable(),
  /** The boot in which the machine is still to be started because it was on before; cleared with its start. */
  autostartBootId: z.string().nullable(),
  sending: sendingSchema.nullable().default(null),
  given: givenSchema.nullable().default(null),
  taken: takenSchema.nullable().default(null),
  relocating: relocatingSchema.nullable().default(null),
})
export type VmRecord = z.infer<typeof vmRecordSchema>
