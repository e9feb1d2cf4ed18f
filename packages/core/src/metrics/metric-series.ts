/**
 * The series that are kept, per machine and per host. Gauges are stored as they were; rates are per second over the
 * sample's interval. The same names are used in the agent's files, on the wire and in the charts.
 */
import { z } from 'zod'

export const vmSeriesNames = [
  'cpuShare', // of all vCPUs, 0 to 1
  'memoryHostBytes', // resident on the host
  'memoryGuestUsedBytes', // as the guest's balloon driver says; absent without it
  'diskReadBytesPerSecond',
  'diskWriteBytesPerSecond',
  'diskReadsPerSecond',
  'diskWritesPerSecond',
  'diskReadLatencyMs', // mean of the interval
  'diskWriteLatencyMs',
  'networkRxBytesPerSecond', // as the guest sees it
  'networkTxBytesPerSecond',
] as const
export const vmSeriesNameSchema = z.enum(vmSeriesNames)
export type VmSeriesName = z.infer<typeof vmSeriesNameSchema>

export const hostSeriesNames = [
  'cpuShare',
  'memoryUsedBytes',
  'loadAverage1m',
  'diskReadBytesPerSecond',
  'diskWriteBytesPerSecond',
  'networkRxBytesPerSecond',
  'networkTxBytesPerSecond',
] as const

/** vCPUs beyond this many have no series of their own, so that a machine's history stays below 2 MB. */
export const maxVcpuSeries = 16

/** Interval and length of each resolution. Coarser ones keep min, mean and max. */
export const resolutions = {
  fine: { intervalMs: 2_000, slots: 1_800 }, // an hour
  medium: { intervalMs: 30_000, slots: 2_880 }, // a day
  coarse: { intervalMs: 300_000, slots: 8_640 }, // 30 days
} as const
export type Resolution = keyof typeof resolutions
export const resolutionSchema = z.enum(['fine', 'medium', 'coarse'])

/** A window in time, and at most how many points per series are wanted. */
export const metricsQuerySchema = z.object({
  fromMs: z.int().nonnegative(),
  toMs: z.int().nonnegative(),
  maxPoints: z.int().min(10).max(4_000).default(600),
})
export type MetricsQuery = z.infer<typeof metricsQuerySchema>

const columnSchema = z.array(z.number().nullable())

/** Columns of equal length: `timesMs[i]` belongs to each series' `mean[i]`. A null is a hole: nobody measured. */
export const metricsAnswerSchema = z.object({
  resolution: resolutionSchema,
  intervalMs: z.int(),
  timesMs: z.array(z.number()),
  series: z.record(
    z.string(),
    z.object({ mean: columnSchema, min: columnSchema.optional(), max: columnSchema.optional() }),
  ),
})
export type MetricsAnswer = z.infer<typeof metricsAnswerSchema>

/** One live sample of a machine, by series name; per-vCPU shares in order. */
export const vmSampleSchema = z.object({
  values: z.partialRecord(vmSeriesNameSchema, z.number()),
  vcpuShares: z.array(z.number()),
})
export type VmSample = z.infer<typeof vmSampleSchema>
