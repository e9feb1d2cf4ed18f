/**
 * What the agent remembers of a machine on disk (vm.json): enough to start it without a panel, to know its process again
 * after a restart, and to go on counting generations.
 */
import { vmIdSchema } from '@berth/core/ids/ids'
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
})
export type RunRecord = z.infer<typeof runRecordSchema>

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
})
export type VmRecord = z.infer<typeof vmRecordSchema>
