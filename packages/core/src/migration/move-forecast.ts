/**
 * What is measured before a move, and what is made of it. The agent of the source measures, the panel keeps it for a
 * moment, and both the panel and the browser simulate with it (forecast-move.ts), so that another policy or cap costs no
 * second look at the machine.
 */
import { z } from 'zod'
import { movePolicySchema } from './move-policy.ts'
import { movePassSchema } from './move-progress.ts'

/**
 * How much of a machine's memory changes: the same pages, picked at random, looked at several times. Each pair of looks
 * is one span. It counts pages whose content changed, as QEMU's own page sampling does.
 */
export const dirtySampleSchema = z.object({
  at: z.iso.datetime(),
  memoryBytes: z.int().positive(),
  /** What is not all zeros: zeros cost a move nothing but a glance. */
  usedBytes: z.int().nonnegative(),
  sampledPages: z.int().positive(),
  pageBytes: z.int().positive(),
  /** Empty for a machine that stands. */
  changes: z.array(z.object({ spanMs: z.number().positive(), dirtyBytes: z.number().nonnegative() })).max(200),
})
export type DirtySample = z.infer<typeof dirtySampleSchema>

/** What one TLS stream from host to host carries, on the way that memory takes. */
export const pathSampleSchema = z.object({
  at: z.iso.datetime(),
  bytes: z.int().nonnegative(),
  ms: z.number().positive(),
  bytesPerSecond: z.number().positive(),
  roundTripMs: z.number().nonnegative(),
})
export type PathSample = z.infer<typeof pathSampleSchema>

export const moveMeasurementSchema = z.object({ dirty: dirtySampleSchema, path: pathSampleSchema })
export type MoveMeasurement = z.infer<typeof moveMeasurementSchema>

/** The honest kind of number: what is likely, and between what it may lie. */
const rangeSchema = z.object({
  likely: z.number().nonnegative(),
  low: z.number().nonnegative(),
  high: z.number().nonnegative(),
})
export type ForecastRange = z.infer<typeof rangeSchema>

export const moveForecastSchema = z.object({
  at: z.iso.datetime(),
  policy: movePolicySchema,
  /** Whether the policy's last resort is reached in vain. `unsure`: the figures allow both. */
  ends: z.enum(['yes', 'unsure', 'no']),
  /** From the first byte until the machine runs on the target; of one that does not end, until it is given up. */
  totalMs: rangeSchema,
  /** How long it stands; of one that does not end, how long it would have to. */
  pauseMs: rangeSchema,
  /** Of disks that travel, and how much of the time they take, before its memory; absent where none do. */
  diskBytes: z.number().nonnegative().optional(),
  diskMs: rangeSchema.optional(),
  /** Of its memory. */
  transferredBytes: z.number().nonnegative(),
  passCount: z.int().nonnegative(),
  /** The first of them, the last one is the pause's where it fits in. */
  passes: z.array(movePassSchema).max(60),
  throughputBytesPerSecond: z.number().positive(),
  /** Of the machine, over one second. */
  dirtyBytesPerSecond: z.number().nonnegative(),
})
export type MoveForecast = z.infer<typeof moveForecastSchema>
