/**
 * What a move shows while it works and keeps when it has ended. All figures are QEMU's own (query-migrate), taken by the
 * agent of the source; times are its clock's.
 */
import { z } from 'zod'
import { arrivedDiskSchema, diskProgressSchema } from './move-disks.ts'
import { ladderActionSchema } from './move-policy.ts'

/**
 * In this order. `disks` comes only where some travel: they are copied until both sides are the same, and kept the same while
 * memory is sent. `hand-over` is the pause: QEMU has sent all, and the new owner is being told. `post-copy` comes only where the
 * machine went ahead of its memory: it runs on the target, and the rest follows.
 */
export const movePhases = ['prepare', 'disks', 'memory', 'switch-over', 'hand-over', 'post-copy', 'clean-up'] as const
export const movePhaseSchema = z.enum(movePhases)
export type MovePhase = z.infer<typeof movePhaseSchema>

/** One pass over the machine's memory. Pass 1 is all of it, each later one what the guest wrote meanwhile. */
export const movePassSchema = z.object({
  number: z.int().min(1),
  bytes: z.int().nonnegative(),
  ms: z.int().nonnegative(),
})
export type MovePass = z.infer<typeof movePassSchema>

/** What was done so that the move ends, and why: passes in a row that had to send no less than the smallest one before. */
export const ladderStepSchema = z.object({
  elapsedMs: z.int().nonnegative(),
  pass: z.int().nonnegative(),
  action: ladderActionSchema,
  stalledPasses: z.int().positive(),
  /** What the pass had to send when it began. */
  passBytes: z.int().nonnegative(),
})
export type LadderStep = z.infer<typeof ladderStepSchema>

export const moveLadderSchema = z.object({
  /** Oldest first. */
  taken: z.array(ladderStepSchema).max(40),
  /** What comes after that many more such passes; null once nothing more will come. */
  next: z
    .object({
      action: z.discriminatedUnion('kind', [...ladderActionSchema.options, z.object({ kind: z.literal('give-up') })]),
      passesLeft: z.int().positive(),
    })
    .nullable(),
})
export type MoveLadderProgress = z.infer<typeof moveLadderSchema>

/** The machine runs on the target; `lost` is the link between the two QEMUs, not the machine. */
export const postCopySchema = z.object({
  link: z.enum(['up', 'lost']),
  /** How often it was made again, or tried to be. */
  recoveries: z.int().nonnegative(),
  /** Pages that the guest needed before they were there. */
  pageRequests: z.int().nonnegative(),
  /** Why the last try to make it again did not work. */
  trouble: z.string().nullable(),
})
export type PostCopyProgress = z.infer<typeof postCopySchema>

export const moveProgressSchema = z.object({
  at: z.iso.datetime(),
  phase: movePhaseSchema,
  /** Since QEMU began to send. */
  elapsedMs: z.int().nonnegative(),
  totalBytes: z.int().nonnegative(),
  transferredBytes: z.int().nonnegative(),
  remainingBytes: z.int().nonnegative(),
  throughputBytesPerSecond: z.number().nonnegative(),
  /** What the guest writes anew; null until QEMU has measured it, after the first pass. */
  dirtyBytesPerSecond: z.number().nonnegative().nullable(),
  /** How long the pause would be if it came now; null as above. */
  expectedDowntimeMs: z.number().nonnegative().nullable(),
  downtimeLimitMs: z.int().positive(),
  /** How much QEMU slows the guest down, 0 to 99. */
  throttlePercent: z.int().min(0).max(99),
  /** Those that have ended and the one that goes on, oldest first; of very many only the last 200. */
  passes: z.array(movePassSchema).max(200),
  /** Absent from agents that do not tell it. */
  ladder: moveLadderSchema.optional(),
  /** The cap that holds now; null: none. Absent as above. */
  bandwidthBytesPerSecond: z.int().positive().nullable().optional(),
  /** Only in that phase. */
  postCopy: postCopySchema.optional(),
  /** Those that travel, as the machine's spec counts them; absent without one. */
  disks: z.array(diskProgressSchema).max(16).optional(),
})
export type MoveProgress = z.infer<typeof moveProgressSchema>

/**
 * What the network saw of the switch: the source asks the guest for an echo each `everyMs`, and goes on for some seconds after
 * the hand-over. `silentMs` is the longest time between two answers from the guest's STOP on, so what it was silent at most.
 */
export const networkSilenceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('measured'), silentMs: z.int().nonnegative(), everyMs: z.int().positive() }),
  /** A sentence. */
  z.object({ kind: z.literal('unheard'), reason: z.string().min(1).max(500) }),
])
export type NetworkSilence = z.infer<typeof networkSilenceSchema>

/** How it went, when the machine runs on the target. */
export const moveReportSchema = z.object({
  totalMs: z.int().nonnegative(),
  /** The pause by QEMU's own count, and from its STOP here until it ran there, as the source's agent saw both. */
  downtimeMs: z.int().nonnegative(),
  pauseMs: z.int().nonnegative(),
  transferredBytes: z.int().nonnegative(),
  passes: z.array(movePassSchema).max(200),
  /** Those that travelled; absent without one. */
  disks: z.array(arrivedDiskSchema).max(16).optional(),
  /** Absent of a machine that stood, while it is still listened to, and from agents that do not listen. */
  network: networkSilenceSchema.optional(),
})
export type MoveReport = z.infer<typeof moveReportSchema>
