/**
 * Each machine's figures of the last 15 minutes as they came in, for sparklines: means over 15 s, oldest first. Outside
 * of the query cache, because it is made here, of events, and nobody can be asked for it.
 */
import type { PanelEvent } from '@berth/core/events/panel-events'
import type { VmSample } from '@berth/core/metrics/metric-series'

export const bucketMs = 15_000
export const bucketCount = 60

export interface LiveBucket {
  /** Start of the bucket, a multiple of bucketMs. */
  atMs: number
  samples: number
  cpuShare: number
  networkBytesPerSecond: number
}

type History = readonly LiveBucket[]

/** The history with one more sample; buckets older than the window fall out. */
export function addSample(history: History, sample: VmSample, atMs: number): History {
  const start = Math.floor(atMs / bucketMs) * bucketMs
  const cpuShare = sample.values.cpuShare ?? 0
  const networkBytesPerSecond =
    (sample.values.networkRxBytesPerSecond ?? 0) + (sample.values.networkTxBytesPerSecond ?? 0)
  const last = history.at(-1)
  if (last && start < last.atMs) return history
  if (last?.atMs === start) {
    const samples = last.samples + 1
    const mean = (old: number, value: number) => old + (value - old) / samples
    const merged = {
      atMs: start,
      samples,
      cpuShare: mean(last.cpuShare, cpuShare),
      networkBytesPerSecond: mean(last.networkBytesPerSecond, networkBytesPerSecond),
    }
    return [...history.slice(0, -1), merged]
  }
  const oldest = start - bucketMs * (bucketCount - 1)
  return [
    ...history.filter((bucket) => bucket.atMs >= oldest),
    { atMs: start, samples: 1, cpuShare, networkBytesPerSecond },
  ]
}

/** A machine's newest figures as they came, with their host's time. */
export interface NewestSample {
  atMs: number
  sample: VmSample
}

export interface LiveSamples {
  add: (event: Extract<PanelEvent, { kind: 'gauges' }>) => void
  historyOf: (vmId: string) => History
  newestOf: (vmId: string) => NewestSample | null
  subscribe: (listener: () => void) => () => void
}

const nothing: History = []

export function makeLiveSamples(): LiveSamples {
  const histories = new Map<string, History>()
  const newest = new Map<string, NewestSample>()
  const listeners = new Set<() => void>()
  return {
    add(event) {
      const atMs = Date.parse(event.at)
      for (const [vmId, sample] of Object.entries(event.vms)) {
        newest.set(vmId, { atMs, sample })
        histories.set(vmId, addSample(histories.get(vmId) ?? nothing, sample, atMs))
      }
      for (const listener of listeners) listener()
    },
    historyOf: (vmId) => histories.get(vmId) ?? nothing,
    newestOf: (vmId) => newest.get(vmId) ?? null,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
