/**
 * Operations ("tasks" in the UI): whatever may take over a second or touches more than one place. The panel's database
 * owns them; the row exists before work starts and is kept at least 30 days.
 */
import { z } from 'zod'
import { wireErrorSchema } from '../errors/app-error.ts'
import { hostIdSchema, imageIdSchema, operationIdSchema, vmIdSchema } from '../ids/ids.ts'

export const operationStatuses = [
  'queued',
  'running',
  'cancelling',
  'succeeded',
  'failed',
  'cancelled',
  'interrupted',
] as const
export const operationStatusSchema = z.enum(operationStatuses)
export type OperationStatus = z.infer<typeof operationStatusSchema>

export const operationKinds = [
  'vm.create',
  'vm.start',
  'vm.shutdown',
  'vm.stop',
  'vm.reboot',
  'vm.reset',
  'vm.pause',
  'vm.resume',
  'vm.update',
  'vm.insertDisc',
  'vm.ejectDisc',
  'vm.migrate',
  'vm.rehearse',
  'vm.moveDisk',
  'vm.delete',
  'image.import',
  'image.delete',
  'image.forget',
  'pool.create',
  'pool.attach',
  'pool.detach',
  'host.drain',
] as const
export const operationKindSchema = z.enum(operationKinds)
export type OperationKind = z.infer<typeof operationKindSchema>

export const stepStatusSchema = z.enum(['pending', 'running', 'succeeded', 'failed', 'undoing', 'undone', 'skipped'])
export type StepStatus = z.infer<typeof stepStatusSchema>

/** One try of a step, or of its undo. `attempt` counts each of the two from 1; `endedAt` is null for one that nobody saw end. */
export const stepAttemptViewSchema = z.object({
  attempt: z.int(),
  isUndo: z.boolean(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  error: wireErrorSchema.nullable(),
})
export type StepAttemptView = z.infer<typeof stepAttemptViewSchema>

/** One step as the task page shows it. `progress` is 0 to 1, null where a step cannot say. */
export const operationStepViewSchema = z.object({
  name: z.string(),
  title: z.string(),
  status: stepStatusSchema,
  attempt: z.int(),
  progress: z.number().min(0).max(1).nullable().default(null),
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
  error: wireErrorSchema.nullable(),
  /** What it found, in a sentence; null where it has nothing to tell. */
  note: z.string().nullable().default(null),
  /** Empty where it was tried once and not undone: then the step itself says as much. */
  attempts: z.array(stepAttemptViewSchema).default([]),
})
export type OperationStepView = z.infer<typeof operationStepViewSchema>

export const operationTargetSchema = z.object({
  vmId: vmIdSchema.nullable(),
  imageId: imageIdSchema.nullable(),
  hostId: hostIdSchema.nullable(),
  name: z.string(),
})

export const operationViewSchema = z.object({
  operationId: operationIdSchema,
  kind: operationKindSchema,
  title: z.string(),
  status: operationStatusSchema,
  target: operationTargetSchema,
  actor: z.object({ userId: z.string().nullable(), name: z.string(), via: z.string() }),
  phase: z.string().nullable(),
  progress: z.number().min(0).max(1).nullable(),
  progressText: z.string().nullable(),
  error: wireErrorSchema.nullable(),
  isCancellable: z.boolean(),
  /** The task that this one tries again, and the one that tries this one again. */
  retryOfId: operationIdSchema.nullable().default(null),
  retriedById: operationIdSchema.nullable().default(null),
  createdAt: z.iso.datetime(),
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
  steps: z.array(operationStepViewSchema),
})
export type OperationView = z.infer<typeof operationViewSchema>

const verbs: Readonly<Record<OperationKind, string>> = {
  'vm.create': 'Create',
  'vm.start': 'Start',
  'vm.shutdown': 'Shut down',
  'vm.stop': 'Stop',
  'vm.reboot': 'Reboot',
  'vm.reset': 'Reset',
  'vm.pause': 'Pause',
  'vm.resume': 'Resume',
  'vm.update': 'Change',
  'vm.insertDisc': 'Insert disc into',
  'vm.ejectDisc': 'Eject disc from',
  'vm.migrate': 'Move',
  'vm.rehearse': 'Rehearse moving',
  'vm.moveDisk': 'Move a disk of',
  'vm.delete': 'Delete',
  'image.import': 'Import',
  'image.delete': 'Delete image',
  'image.forget': 'Forget unused copy of',
  'pool.create': 'Add pool',
  'pool.attach': 'Add pool',
  'pool.detach': 'Remove pool',
  'host.drain': 'Empty',
}

interface TitleParts {
  readonly name: string
  readonly destination?: string | undefined
  readonly diskNumber?: number | undefined
}

/** "Start web-1", "Move web-1 to host-b", "Move disk 2 of web-1 to fast": the title of a task in words. */
export function operationTitle(kind: OperationKind, { name, destination, diskNumber }: TitleParts): string {
  const verb = diskNumber === undefined ? verbs[kind] : verbs[kind].replace('a disk', `disk ${diskNumber}`)
  return `${verb} ${name}${destination === undefined ? '' : ` to ${destination}`}`
}
