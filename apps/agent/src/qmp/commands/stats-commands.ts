/** The figures that only QEMU knows: disk counters, and memory as the guest sees it. */
import { AppError } from '@berth/core/errors/app-error'
import { z } from 'zod'
import type { ExecuteOptions, QmpClient } from '../qmp-client.ts'
import type { QmpCommands } from '../qmp-types.generated.ts'

export type BlockStats = QmpCommands['query-blockstats']['returns'][number]

/** Counters since the start, per device that the guest sees (`qdev` names it); bytes, operations, total_time_ns. */
export const queryBlockStats = (qmp: QmpClient, options?: ExecuteOptions): Promise<readonly BlockStats[]> =>
  qmp.execute('query-blockstats', {}, options)

/** -1 in QEMU's words (or 2^64-1, which it prints in some versions) means that the guest does not tell. */
const statSchema = z.number().transform((value) => (value < 0 || value >= 2 ** 63 ? undefined : value))

const guestStatsSchema = z.object({
  'last-update': z.number(),
  stats: z.object({
    'stat-total-memory': statSchema,
    'stat-free-memory': statSchema,
    'stat-available-memory': statSchema,
    'stat-disk-caches': statSchema,
    'stat-swap-in': statSchema,
    'stat-swap-out': statSchema,
    'stat-major-faults': statSchema,
  }),
})

/** Bytes, as the guest's balloon driver reported them; a member is undefined when the guest does not tell. */
export interface GuestMemoryStats {
  /** Unix seconds of the guest's last report; 0 while it never made one. */
  updatedAtSeconds: number
  totalBytes: number | undefined
  freeBytes: number | undefined
  availableBytes: number | undefined
  diskCacheBytes: number | undefined
  swapInBytes: number | undefined
  swapOutBytes: number | undefined
  majorFaults: number | undefined
}

/** Makes QEMU ask the guest for its memory figures every so many seconds; 0 stops it. `devicePath` is a QOM path. */
export async function setGuestStatsInterval(qmp: QmpClient, devicePath: string, seconds: number): Promise<void> {
  await qmp.execute('qom-set', { path: devicePath, property: 'guest-stats-polling-interval', value: seconds })
}

/** The guest's last memory report. Throws QMP_PROTOCOL when QEMU's answer has another shape. */
export async function readGuestStats(
  qmp: QmpClient,
  devicePath: string,
  options?: ExecuteOptions,
): Promise<GuestMemoryStats> {
  const value = await qmp.execute('qom-get', { path: devicePath, property: 'guest-stats' }, options)
  const parsed = guestStatsSchema.safeParse(value)
  if (!parsed.success) throw new AppError('QMP_PROTOCOL', 'guest-stats are not as expected', { cause: parsed.error })
  const { stats } = parsed.data
  return {
    updatedAtSeconds: parsed.data['last-update'],
    totalBytes: stats['stat-total-memory'],
    freeBytes: stats['stat-free-memory'],
    availableBytes: stats['stat-available-memory'],
    diskCacheBytes: stats['stat-disk-caches'],
    swapInBytes: stats['stat-swap-in'],
    swapOutBytes: stats['stat-swap-out'],
    majorFaults: stats['stat-major-faults'],
  }
}
