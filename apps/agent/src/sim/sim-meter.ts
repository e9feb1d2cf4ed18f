/** What a simulated host shows of itself: the sum of its machines, and a little of its own. */
import type { HostGauges } from '@berth/core/host/host'
import { GiB } from '@berth/core/units/bytes'
import type { HostMeter } from '../hypervisor/hypervisor.ts'
import type { InterfaceCounters } from '../metrics/network-counters.ts'
import type { SimHost } from './sim-host.ts'
import { diskWork, networkWork, shareAt } from './sim-load.ts'

const ownMemoryBytes = 3 * GiB
const ownShare = 0.015

export function openSimMeter(host: SimHost): HostMeter {
  return {
    interfaces: () => ({ get: (name) => countersOf(host, name) }),
    sample: (nowMs) => gaugesOf(host, nowMs),
    close: () => undefined,
  }
}

/** What the guest receives, the host has sent to its tap. */
function countersOf(host: SimHost, tap: string): InterfaceCounters | undefined {
  const machine = host.taps.get(tap)
  if (machine === undefined) return undefined
  const { rx, tx } = networkWork(machine.facts.load, machine.workedS(Date.now()))
  return { rxBytes: tx, txBytes: rx }
}

function gaugesOf({ machines, hardware }: SimHost, nowMs: number): HostGauges {
  const sum = { cpus: ownShare * hardware.cpuCount, memory: ownMemoryBytes, read: 0, write: 0, rx: 0, tx: 0 }
  for (const { facts, state } of machines.values()) {
    sum.memory += facts.memoryBytes * facts.load.residentShare
    if (state !== 'running') continue
    const share = shareAt(facts.load, nowMs)
    const disk = diskWork(facts.load, share)
    const network = networkWork(facts.load, share)
    sum.cpus += share * facts.vcpus
    sum.read += disk.rd_bytes
    sum.write += disk.wr_bytes
    sum.rx += network.rx
    sum.tx += network.tx
  }
  const memoryUsedBytes = Math.min(hardware.memoryBytes, Math.floor(sum.memory))
  return {
    at: new Date(nowMs).toISOString(),
    cpuShare: Math.min(1, sum.cpus / hardware.cpuCount),
    loadAverage1m: sum.cpus,
    memoryUsedBytes,
    memoryAvailableBytes: hardware.memoryBytes - memoryUsedBytes,
    diskReadBytesPerSecond: sum.read,
    diskWriteBytesPerSecond: sum.write,
    networkRxBytesPerSecond: sum.rx,
    networkTxBytesPerSecond: sum.tx,
  }
}
