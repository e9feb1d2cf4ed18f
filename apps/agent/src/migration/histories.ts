/**
 * What travels of a machine besides what it needs to run, part by part: packed here by the one who keeps it, and put before
 * what the other host's keeper has written since.
 */
import type { HistoryPart } from '@berth/core/agent-contract/move-history'
import type { VmId } from '@berth/core/ids/ids'
import type { Resolution } from '@berth/core/metrics/metric-series'
import type { Consoles } from '../console/consoles.ts'
import type { Sampler } from '../metrics/sampler.ts'
import { readFileIfAny } from '../storage/durable-files.ts'
import type { LastScreens } from '../vm/last-screens.ts'
import { packPieces, unpackPieces } from './serial-freight.ts'

export interface HistoryKeeper {
  /** Once the machine's process here has ended. Empty where there is nothing. `signal` ends the waiting for its last words. */
  readonly pack: (vmId: VmId, signal: AbortSignal) => Buffer | Promise<Buffer>
  /** Throws INPUT_INVALID for what is no such part. */
  readonly merge: (vmId: VmId, packed: Buffer) => void | Promise<void>
}
export type Histories = Readonly<Record<HistoryPart, HistoryKeeper>>

export interface HistorySources {
  readonly consoles: Consoles
  readonly sampler: Sampler
  readonly screens: LastScreens
  /** Where the last picture of a machine lies. */
  readonly lastScreenOf: (vmId: VmId) => string
}

export function historiesOf({ consoles, sampler, screens, lastScreenOf }: HistorySources): Histories {
  const figures = (resolution: Resolution): HistoryKeeper => ({
    pack: (vmId) => sampler.packFigures(vmId, resolution),
    merge: (vmId, packed) => sampler.mergeFigures(vmId, resolution, packed),
  })
  return {
    serial: {
      pack: async (vmId, signal) => packPieces(await consoles.serialPast(vmId, signal)),
      merge: (vmId, packed) => consoles.precedeSerial(vmId, unpackPieces(packed)),
    },
    ...{ fine: figures('fine'), medium: figures('medium'), coarse: figures('coarse') },
    screen: {
      pack: async (vmId) => Buffer.from((await readFileIfAny(lastScreenOf(vmId))) ?? ''),
      merge: (vmId, packed) => screens.merge(vmId, packed.toString()),
    },
  }
}
