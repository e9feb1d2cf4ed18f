/**
 * What the panel can ask an agent to do to its host. Each command is one idempotent step of an operation: asking again
 * finds the work done and answers the same. Destructive ones name the object and the epoch under which it is owned.
 */
import { z } from 'zod'
import { imageIdSchema, vmIdSchema, volumeIdSchema } from '../ids/ids.ts'
import { checksumSchema, imageObservationSchema } from '../image/image.ts'
import { diskSpecSchema, poolNameSchema, poolObservationSchema } from '../storage/volume.ts'
import { moveReportSchema } from '../migration/move-progress.ts'
import { vmSpecSchema } from '../vm/vm-spec.ts'
import {
  moveAbandonSchema,
  moveFollowSchema,
  moveInspectSchema,
  moveListenerSchema,
  movePassportSchema,
  movePrepareSchema,
  moveSendSchema,
} from './move-commands.ts'
import { moveRehearsalSchema, moveRehearseSchema } from './rehearsal-commands.ts'
import { volumeMovedSchema, volumeMoveSchema } from './relocation-commands.ts'
import { imageFetchSchema, imageOfferSchema, offeredImageSchema } from './image-commands.ts'
import { imageCopySchema, poolAttachSchema, poolDetachSchema } from './pool-commands.ts'

const vmTarget = { vmId: vmIdSchema, vmEpoch: z.int().nonnegative() }

export const imageSourceSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('url'), url: z.url({ protocol: /^https?$/ }), checksum: checksumSchema.nullable() }),
  // A file that the launcher or an upload put into the host's incoming folder, by its bare name.
  z.strictObject({
    kind: z.literal('incoming'),
    fileName: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/),
    checksum: checksumSchema.nullable(),
  }),
])
export type ImageSource = z.infer<typeof imageSourceSchema>

export const agentCommandSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('image.import'),
    imageId: imageIdSchema,
    pool: poolNameSchema,
    source: imageSourceSchema,
  }),
  /** `pool` is the host's own where it is not said, here and below. */
  z.strictObject({ kind: z.literal('image.delete'), imageId: imageIdSchema, pool: poolNameSchema.optional() }),
  imageCopySchema,
  imageOfferSchema,
  imageFetchSchema,
  poolAttachSchema,
  poolDetachSchema,
  z.strictObject({ kind: z.literal('volume.create'), ...vmTarget, disk: diskSpecSchema }),
  z.strictObject({
    kind: z.literal('volume.delete'),
    ...vmTarget,
    volumeId: volumeIdSchema,
    pool: poolNameSchema.optional(),
  }),
  z.strictObject({
    kind: z.literal('volume.resize'),
    ...vmTarget,
    volumeId: volumeIdSchema,
    sizeBytes: z.int().positive(),
  }),
  volumeMoveSchema,
  z.strictObject({ kind: z.literal('vm.define'), ...vmTarget, revision: z.int(), spec: vmSpecSchema }),
  z.strictObject({ kind: z.literal('vm.undefine'), ...vmTarget }),
  z.strictObject({ kind: z.literal('vm.start'), ...vmTarget }),
  /** ACPI first, then the guest agent; ends when the process has ended, or with GUEST_IGNORED_SHUTDOWN after the time. */
  z.strictObject({ kind: z.literal('vm.shutdown'), ...vmTarget, timeoutMs: z.int().min(1_000).max(3_600_000) }),
  z.strictObject({ kind: z.literal('vm.stop'), ...vmTarget }),
  /** A clean shutdown by the guest, then a start; resets at once where `isForced`. */
  z.strictObject({ kind: z.literal('vm.reboot'), ...vmTarget, timeoutMs: z.int().min(1_000).max(3_600_000) }),
  z.strictObject({ kind: z.literal('vm.reset'), ...vmTarget }),
  z.strictObject({ kind: z.literal('vm.pause'), ...vmTarget }),
  z.strictObject({ kind: z.literal('vm.resume'), ...vmTarget }),
  /**
   * Brings the running machine's CD drive to what the spec says: this disc, or none. Nothing for a machine that is off.
   * `isForced` opens a tray that the guest has locked; without it that is VM_STATE_CONFLICT.
   */
  z.strictObject({
    kind: z.literal('vm.changeDisc'),
    ...vmTarget,
    imageId: imageIdSchema.nullable(),
    isForced: z.boolean(),
  }),
  moveInspectSchema,
  movePrepareSchema,
  moveSendSchema,
  moveFollowSchema,
  moveAbandonSchema,
  moveRehearseSchema,
])
export type AgentCommand = z.infer<typeof agentCommandSchema>
export type AgentCommandKind = AgentCommand['kind']
export type AgentCommandOf<K extends AgentCommandKind> = Extract<AgentCommand, { kind: K }>

const nothingSchema = z.object({})

/** What each command answers when it succeeded. */
export const agentResultSchemas = {
  'image.import': imageObservationSchema,
  'image.delete': nothingSchema,
  'image.copy': imageObservationSchema,
  'image.offer': offeredImageSchema,
  'image.fetch': imageObservationSchema,
  'pool.attach': poolObservationSchema,
  'pool.detach': nothingSchema,
  'volume.create': z.object({ virtualBytes: z.int(), allocatedBytes: z.int() }),
  'volume.delete': nothingSchema,
  'volume.resize': nothingSchema,
  'volume.move': volumeMovedSchema,
  'vm.define': nothingSchema,
  'vm.undefine': nothingSchema,
  'vm.start': z.object({ runId: z.string() }),
  'vm.shutdown': nothingSchema,
  'vm.stop': nothingSchema,
  'vm.reboot': nothingSchema,
  'vm.reset': nothingSchema,
  'vm.pause': nothingSchema,
  'vm.resume': nothingSchema,
  'vm.changeDisc': nothingSchema,
  'move.inspect': movePassportSchema,
  'move.prepare': moveListenerSchema,
  'move.send': moveReportSchema,
  'move.follow': moveReportSchema,
  'move.abandon': nothingSchema,
  'move.rehearse': moveRehearsalSchema,
} as const satisfies Record<AgentCommandKind, z.ZodType>

export type AgentResultOf<K extends AgentCommandKind> = z.infer<(typeof agentResultSchemas)[K]>
