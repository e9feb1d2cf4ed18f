/** The newest figures of hosts and machines, in memory; see metrics/live-figures.ts. Forgotten when they are old. */
import type { HostGauges } from '@berth/core/host/host'
import type { VmSample } from '@berth/core/metrics/metric-series'
import type { LiveFigures } from '../metrics/live-figures.ts'

/** Seven samples missed: what was true then says nothing about now. */
const staleMs = 15_000

interface Aged<T> {
  readonly value: T
  readonly at: number
}

export class LiveFiguresStore implements LiveFigures {
  readonly #vms = new Map<string, Aged<VmSample>>()
  readonly #hosts = new Map<string, Aged<HostGauges>>()

  sampleOf(vmId: string): VmSample | null {
    return fresh(this.#vms.get(vmId))
  }

  gaugesOf(hostId: string): HostGauges | null {
    return fresh(this.#hosts.get(hostId))
  }

  setSamples(samples: Readonly<Record<string, VmSample>>): void {
    for (const [vmId, value] of Object.entries(samples)) this.#vms.set(vmId, { value, at: performance.now() })
  }

  setGauges(hostId: string, value: HostGauges): void {
    this.#hosts.set(hostId, { value, at: performance.now() })
  }

  /** So that machines that were deleted do not stay in memory. */
  dropStale(): void {
    for (const [vmId, aged] of this.#vms) if (fresh(aged) === null) this.#vms.delete(vmId)
    for (const [hostId, aged] of this.#hosts) if (fresh(aged) === null) this.#hosts.delete(hostId)
  }
}

function fresh<T>(aged: Aged<T> | undefined): T | null {
  return aged !== undefined && performance.now() - aged.at < staleMs ? aged.value : null
}
