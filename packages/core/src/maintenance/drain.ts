/**
 * Emptying a host, so that it can be worked on: the plan that is shown before, and what became of each machine. The plan is
 * made anew as often as something changes; what is kept is what the user chose, and how each machine ended.
 */
import { z } from 'zod'
import { hostIdSchema, operationIdSchema, vmIdSchema } from '../ids/ids.ts'
import { operationStatusSchema } from '../operation/operation.ts'

/** What becomes of a machine. `shutdown`: the guest is asked to, and it is started again when the host is back. */
export const drainChoiceSchema = z.enum(['move', 'shutdown', 'skip'])
export type DrainChoice = z.infer<typeof drainChoiceSchema>

/** Why one host does not take one machine: each rule that spoke against it, with its numbers. */
export const planRefusalSchema = z.object({
  hostId: hostIdSchema,
  name: z.string(),
  reasons: z.array(z.object({ rule: z.string(), text: z.string() })).min(1),
})
export type PlanRefusal = z.infer<typeof planRefusalSchema>

const machineSchema = z.object({
  vmId: vmIdSchema,
  name: z.string(),
  memoryBytes: z.int(),
  vcpus: z.int(),
  /** Whether it has a process: one that is off only changes hands. */
  isOn: z.boolean(),
})

export const plannedMachineSchema = z.discriminatedUnion('kind', [
  machineSchema.extend({
    kind: z.literal('moves'),
    /** From 1: the order in which they go. */
    order: z.int().min(1),
    target: z.object({ hostId: hostIdSchema, name: z.string() }),
    /** Why there, and what to know before. */
    reason: z.string(),
    warnings: z.array(z.string()),
    /** Of disks that are not in a pool that both see. */
    copyBytes: z.int().nonnegative(),
    /** Null: nothing was measured. */
    durationMs: z.number().nonnegative().nullable(),
  }),
  machineSchema.extend({
    kind: z.literal('stuck'),
    /** The shortest of what speaks against it. */
    reason: z.string(),
    refusals: z.array(planRefusalSchema),
    canShutdown: z.boolean(),
  }),
])
export type PlannedMachine = z.infer<typeof plannedMachineSchema>

/** A host before and after. Committed: what its machines that are on may use. */
export const plannedHostSchema = z.object({
  hostId: hostIdSchema,
  name: z.string(),
  memoryBytes: z.int(),
  committedBeforeBytes: z.int(),
  committedAfterBytes: z.int(),
  /** How many come; less than nothing of one that they leave. */
  change: z.int(),
})
export type PlannedHost = z.infer<typeof plannedHostSchema>

export const movePlanSchema = z.object({
  machines: z.array(plannedMachineSchema),
  hosts: z.array(plannedHostSchema),
  /** Of all, within the limits; null where one of them was not measured. */
  durationMs: z.number().nonnegative().nullable(),
})
export type MovePlan = z.infer<typeof movePlanSchema>

/**
 * waiting ─▶ moving ─▶ moved            a failed move goes back to waiting, with that host among those that it has tried
 *    │  └──▶ stopping ─▶ shutDown ─▶ restarted
 *    └─────▶ left (with the reason)     skipped, stuck, failed everywhere, or aborted
 */
export const drainItemStateSchema = z.enum(['waiting', 'moving', 'moved', 'stopping', 'shutDown', 'restarted', 'left'])
export type DrainItemState = z.infer<typeof drainItemStateSchema>

export const drainItemViewSchema = z.object({
  vmId: vmIdSchema,
  name: z.string(),
  choice: drainChoiceSchema,
  state: drainItemStateSchema,
  target: z.object({ hostId: hostIdSchema, name: z.string() }).nullable(),
  /** The task that moves it or shuts it down, or did last. */
  operationId: operationIdSchema.nullable(),
  /** Why it is left, or why it waits. */
  reason: z.string().nullable(),
})
export type DrainItemView = z.infer<typeof drainItemViewSchema>

export const drainViewSchema = z.object({
  operationId: operationIdSchema,
  hostId: hostIdSchema,
  hostName: z.string(),
  status: operationStatusSchema,
  isPaused: z.boolean(),
  items: z.array(drainItemViewSchema),
})
export type DrainView = z.infer<typeof drainViewSchema>
