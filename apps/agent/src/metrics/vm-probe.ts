/** Measures one running machine: keeps its /proc files open, and turns counters into rates between two samples. */
import { maxVcpuSeries, type VmSample } from '@berth/core/metrics/metric-series'
import { hypervisor, type Interfaces, type StatReader } from '../hypervisor/hypervisor.ts'
import type { InterfaceCounters } from './network-counters.ts'
import { cpuMsOf, residentBytesOf } from './proc-files.ts'
import type { DiskCounters, QmpFigures } from './qmp-figures.ts'

export interface VmProbeTarget {
  pid: number
  vcpus: number
  /** Thread ids in vCPU order. */
  vcpuThreadIds: readonly number[]
  /** Host interfaces of its NICs; user-mode NICs have none and are not counted. */
  taps: readonly string[]
}

interface Reading {
  atMs: number
  vcpuMs: readonly number[]
  network: InterfaceCounters | undefined
  disks: DiskCounters | undefined
}

export class VmProbe {
  readonly #target: VmProbeTarget
  readonly #figures: QmpFigures
  readonly #stat: StatReader
  readonly #threads: readonly StatReader[]
  #previous: Reading | undefined
  #previousProcessMs = 0

  /** Throws ENOENT when the process is gone. */
  constructor(target: VmProbeTarget, figures: QmpFigures) {
    this.#target = target
    this.#figures = figures
    this.#stat = hypervisor().processes.openStat(target.pid)
    this.#threads = target.vcpuThreadIds
      .slice(0, maxVcpuSeries)
      .map((threadId) => hypervisor().processes.openStat(target.pid, threadId))
  }

  /** The sample since the previous call; the first call only begins. Throws when the process is gone. */
  sample(nowMs: number, interfaces: Interfaces): VmSample | undefined {
    const stat = this.#stat.read()
    const processMs = cpuMsOf(stat)
    const reading: Reading = {
      atMs: nowMs,
      vcpuMs: this.#threads.map((thread) => cpuMsOf(thread.read())),
      network: sumInterfaces(this.#target.taps, interfaces),
      disks: this.#figures.disks,
    }
    this.#figures.ask(Date.now)
    const previous = this.#previous
    const usedMs = processMs - this.#previousProcessMs
    this.#previous = reading
    this.#previousProcessMs = processMs
    if (previous === undefined) return undefined
    const elapsedMs = Math.max(1, nowMs - previous.atMs)
    const values: VmSample['values'] = {
      // Emulation threads count too, so a busy machine may need more than its vCPUs; a share stays within 0 and 1.
      cpuShare: clampShare(usedMs / elapsedMs / this.#target.vcpus),
      memoryHostBytes: residentBytesOf(stat),
      ...diskRates(previous.disks, reading.disks),
      ...networkRates(previous.network, reading.network, elapsedMs),
    }
    const guestUsed = this.#figures.guestUsedBytes(nowMs)
    if (guestUsed !== undefined) values.memoryGuestUsedBytes = guestUsed
    const vcpuShares = reading.vcpuMs.map((ms, index) => clampShare((ms - (previous.vcpuMs[index] ?? ms)) / elapsedMs))
    return { values, vcpuShares }
  }

  close(): void {
    for (const file of [this.#stat, ...this.#threads]) file.close()
  }
}

const clampShare = (share: number): number => Math.min(1, Math.max(0, share))

function sumInterfaces(names: readonly string[], interfaces: Interfaces): InterfaceCounters | undefined {
  if (names.length === 0) return undefined
  const total = { rxBytes: 0, txBytes: 0 }
  for (const name of names) {
    total.rxBytes += interfaces.get(name)?.rxBytes ?? 0
    total.txBytes += interfaces.get(name)?.txBytes ?? 0
  }
  return total
}

/** What the host receives on a tap, the guest has sent. */
function networkRates(
  before: InterfaceCounters | undefined,
  after: InterfaceCounters | undefined,
  elapsedMs: number,
): VmSample['values'] {
  if (before === undefined || after === undefined) return {}
  return {
    networkRxBytesPerSecond: perSecond(after.txBytes - before.txBytes, elapsedMs),
    networkTxBytesPerSecond: perSecond(after.rxBytes - before.rxBytes, elapsedMs),
  }
}

function diskRates(before: DiskCounters | undefined, after: DiskCounters | undefined): VmSample['values'] {
  if (before === undefined || after === undefined || after.atMs <= before.atMs) return {}
  const elapsedMs = after.atMs - before.atMs
  const reads = after.reads - before.reads
  const writes = after.writes - before.writes
  return {
    diskReadBytesPerSecond: perSecond(after.readBytes - before.readBytes, elapsedMs),
    diskWriteBytesPerSecond: perSecond(after.writeBytes - before.writeBytes, elapsedMs),
    diskReadsPerSecond: perSecond(reads, elapsedMs),
    diskWritesPerSecond: perSecond(writes, elapsedMs),
    ...(reads > 0 ? { diskReadLatencyMs: (after.readNs - before.readNs) / reads / 1e6 } : {}),
    ...(writes > 0 ? { diskWriteLatencyMs: (after.writeNs - before.writeNs) / writes / 1e6 } : {}),
  }
}

const perSecond = (count: number, elapsedMs: number): number => Math.max(0, (count * 1000) / elapsedMs)
