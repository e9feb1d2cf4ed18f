/**
 * How a machine changes hands between two agents (docs/decisions/0012). The panel commands both sides; the hand-over
 * itself is between the agents, so that no panel stands in the machine's pause.
 *
 *   panel → source  move.inspect   what the running process was started with
 *   panel → target  move.prepare   a QEMU that waits (-S -incoming defer) under a key of this move alone
 *   panel → source  move.send      sends memory; QEMU says completed; "given at e+1" in its record, fsynced
 *   source → target move.bringFile the machine's own files: they hold secrets, and so go past panel and journals
 *   source → target move.take      "mine at e+1" in its record, fsynced; the machine runs
 *   panel → target  move.abandon   ends what waits, unless it was taken
 *
 * Of a machine that goes ahead of its memory (docs/decisions/0016) the source serves what is missing until all is there:
 *
 *   panel → source  move.follow    resolves when the target has all of it
 *   source → target move.recover   listens anew, after the link between the two QEMUs broke
 */
import { z } from 'zod'
import { hostIdSchema, operationIdSchema, vmIdSchema } from '../ids/ids.ts'
import { diskDoorSchema, diskFreightSchema } from '../migration/move-disks.ts'
import { movePolicySchema } from '../migration/move-policy.ts'
import { moveTransportSchema } from '../migration/move-transport.ts'
import { cidrSchema } from '../network/cidr.ts'
import { vmRunSchema } from '../vm/vm-observation.ts'
import { desiredPowerSchema, vmSpecSchema } from '../vm/vm-spec.ts'
import { heldVmStateSchema, vmExitSchema } from '../vm/vm-state.ts'

/** `vmEpoch` is the one under which the source owns it; the target takes it at the next. */
const vmTarget = { vmId: vmIdSchema, vmEpoch: z.int().nonnegative() }

/** Names the move for both agents: the operation's id, so that a step that is repeated finds what it began. */
const moveIdSchema = operationIdSchema
const bandwidthCapSchema = z.int().min(1_048_576).nullable()
const hexSecretSchema = z.string().regex(/^[0-9a-f]{64}$/)

export const moveInspectSchema = z.strictObject({ kind: z.literal('move.inspect'), ...vmTarget })

/** What the target must know to make the same machine: the spec of the process that runs, not a newer one that waits for a start. */
export const movePassportSchema = z.object({
  spec: vmSpecSchema,
  specRevision: z.int(),
  /** The newest spec, for the target's record: it takes effect with the next start there. */
  nextSpec: vmSpecSchema,
  nextRevision: z.int(),
  /** How large its cloud-init disc is; null without one. Its content is brought by the source's agent. */
  seedDiscBytes: z.int().positive().nullable(),
  desiredPower: desiredPowerSchema,
  /** Of its command line what the guest sees, compared with what the target would start; absent: not compared. */
  hardware: z.array(z.string()).optional(),
  acceleration: vmRunSchema.shape.acceleration,
  qemuVersion: z.string(),
  startedAt: z.iso.datetime(),
  /**
   * The machine is off: its disks and files are sent, no memory, and it is off on the target. The same commands in the same
   * order; the phases are `disks` and `hand-over`. Only from and to agents with "off-moves"; others refuse to inspect it.
   */
  isOff: z.boolean().optional(),
  /** Since when, and why, so that the target tells the same; absent from an agent that does not say: it was stopped. */
  off: z
    .object({
      state: heldVmStateSchema.extract(['stopped', 'crashed']),
      stateSince: z.iso.datetime(),
      lastExit: vmExitSchema.nullable(),
    })
    .optional(),
})
export type MovePassport = z.infer<typeof movePassportSchema>

export const movePrepareSchema = z.strictObject({
  kind: z.literal('move.prepare'),
  ...vmTarget,
  moveId: moveIdSchema,
  sourceHostId: hostIdSchema,
  /** As `move.inspect` answered it: its disks are named in the source's pools. */
  passport: movePassportSchema,
  /**
   * Those that travel; the others must be in pools that both hosts see. Absent or empty: none. Made here empty, each over its
   * base, and removed again unless the machine is taken. Only to agents with "mirror", as `disks` of move.send.
   */
  disks: diskFreightSchema.optional(),
  /** SHA-256 of the move's token, which the source shows to take it over. */
  tokenHash: hexSecretSchema,
  /** The key of QEMU's TLS for this move alone. Never logged, never in argv. */
  tlsKey: hexSecretSchema,
  /** It will never be taken, and leaves nothing behind. Only to agents with "forecast"; see rehearsal-commands.ts. */
  isRehearsal: z.boolean().optional(),
  /** Both sides must be set to the same. Absent: one stream as it is. Only to agents with "move-options". */
  transport: moveTransportSchema.optional(),
  /** The machine may come before its memory: this host must be able to let it wait for a page (userfaultfd). As above. */
  mayComeEarly: z.boolean().optional(),
  /** Memory and disks come to this host's address in that subnet. Absent: to where it is reached otherwise. Only to agents with "move-network". */
  network: cidrSchema.optional(),
})

export const moveSendSchema = z.strictObject({
  kind: z.literal('move.send'),
  ...vmTarget,
  moveId: moveIdSchema,
  token: hexSecretSchema,
  tlsKey: hexSecretSchema,
  target: z.strictObject({
    hostId: hostIdSchema,
    /** Of the target's agent. */
    address: z.string().min(1).max(253),
    port: z.int().min(1).max(65_535),
    /** Where its QEMU listens. */
    memory: z.strictObject({ host: z.string().min(1).max(253), port: z.int().min(1).max(65_535) }),
    /** Where it takes disks: as it answered move.prepare. With `disks` only. */
    disks: diskDoorSchema.optional(),
  }),
  /** As the target was told. */
  disks: diskFreightSchema.optional(),
  /** 'slow-down' and 'post-copy' only to agents with "move-options". */
  policy: movePolicySchema,
  /** Null: as fast as the link is. */
  bandwidthBytesPerSecond: bandwidthCapSchema,
  /** As the target was told. */
  transport: moveTransportSchema.optional(),
})

/** While memory is sent. Not kept: a move that is sent again begins with the cap that it was asked for with. */
export const moveBandwidthSchema = z.strictObject({
  vmId: vmIdSchema,
  moveId: moveIdSchema,
  bandwidthBytesPerSecond: bandwidthCapSchema,
})
export type MoveBandwidth = z.infer<typeof moveBandwidthSchema>

/**
 * Resolves with the report of the whole move when all memory has followed and its network was listened to for some seconds. A cancel
 * gives up what is not there while the link is lost.
 */
export const moveFollowSchema = z.strictObject({ kind: z.literal('move.follow'), ...vmTarget, moveId: moveIdSchema })

export const moveAbandonSchema = z.strictObject({
  kind: z.literal('move.abandon'),
  ...vmTarget,
  moveId: moveIdSchema,
  /** Nobody could have taken it, so nothing needs to be remembered. Only to agents with "forecast". */
  isRehearsal: z.boolean().optional(),
})

export const moveListenerSchema = z.object({
  memory: z.object({ host: z.string(), port: z.int() }),
  /** Where disks are taken; absent where none travel. */
  disks: diskDoorSchema.optional(),
})
export type MoveListener = z.infer<typeof moveListenerSchema>

/**
 * A file of a machine that waits: its cloud-init disc, or its firmware's variables. QEMU sends the latter, too, and writes
 * them once the machine runs; one that is stopped before that would have lost them. Mostly empty: gzip makes it a few kB.
 */
export const moveFileSchema = z.strictObject({
  vmId: vmIdSchema,
  moveId: moveIdSchema,
  token: hexSecretSchema,
  file: z.enum(['seed', 'nvram']),
  contentGzip: z.base64().max(700_000),
})
export type MoveFile = z.infer<typeof moveFileSchema>

/** Asked by the source's agent of the target's. `isRunning`: its processors ran, and shall again. */
export const moveTakeRequestSchema = z.strictObject({
  vmId: vmIdSchema,
  moveId: moveIdSchema,
  token: hexSecretSchema,
  epoch: z.int().positive(),
  isRunning: z.boolean(),
  /** Its devices come, its memory follows. Only to agents with "move-options". */
  comesEarly: z.boolean().optional(),
})
export type MoveTakeRequest = z.infer<typeof moveTakeRequestSchema>
/** `refused` is for ever: the target has written down that it will never take this move, so the source may go on itself. */
export const moveTakeAnswerSchema = z.discriminatedUnion('status', [
  z.object({ status: z.literal('taken') }),
  z.object({ status: z.literal('refused'), reason: z.string() }),
])
export type MoveTakeAnswer = z.infer<typeof moveTakeAnswerSchema>

/** The source's agent of the target's: OBJECT_NOT_FOUND once the machine's process there is gone, and with it all that came. */
export const moveRecoverRequestSchema = z.strictObject({
  vmId: vmIdSchema,
  moveId: moveIdSchema,
  token: hexSecretSchema,
})
export type MoveRecoverRequest = z.infer<typeof moveRecoverRequestSchema>

/** What one host says of who owns a machine; asked of both sides, it never names two owners. */
export const moveOwnershipSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('mine'), epoch: z.int() }),
  z.object({ kind: z.literal('given'), epoch: z.int(), hostId: hostIdSchema, isTaken: z.boolean() }),
  z.object({ kind: z.literal('waiting'), epoch: z.int(), moveId: moveIdSchema }),
  z.object({ kind: z.literal('unknown') }),
])
export type MoveOwnership = z.infer<typeof moveOwnershipSchema>
