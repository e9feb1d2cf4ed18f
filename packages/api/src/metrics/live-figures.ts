/** The newest figures that agents sent. They live in memory: they change every two seconds and nobody reads old ones here. */
import type { HostGauges } from '@berth/core/host/host'
import type { VmSample } from '@berth/core/metrics/metric-series'

export interface LiveFigures {
  sampleOf(vmId: string): VmSample | null
  gaugesOf(hostId: string): HostGauges | null
}
