/** Measures the host itself from /proc: processors, memory, disks, and the NICs that are not machines' taps. */
import { existsSync } from 'node:fs'
import type { HostGauges } from '@berth/core/host/host'
import type { InterfaceCounters } from './network-counters.ts'
import { ProcFile } from './proc-files.ts'

interface Counters {
  atMs: number
  busyTicks: number
  allTicks: number
  readBytes: number
  writeBytes: number
  network: InterfaceCounters
}

const sectorBytes = 512
/** Whole disks as they are named by their drivers; partitions, loops and device-mapper would count twice. */
const wholeDisk = /^(sd[a-z]+|vd[a-z]+|xvd[a-z]+|nvme\d+n\d+|mmcblk\d+)$/
/** Made by us, or the other end of something counted elsewhere. */
const virtualInterface = /^(lo$|btap|bth|veth|tap|virbr|docker|br-)/

export class HostProbe {
  readonly #stat = new ProcFile('/proc/stat')
  readonly #memory = new ProcFile('/proc/meminfo')
  readonly #load = new ProcFile('/proc/loadavg')
  readonly #disks = new ProcFile('/proc/diskstats')
  /** By name, for as long as the name is there. */
  readonly #bridges = new Map<string, boolean>()
  #previous: Counters | undefined

  /** Gauges of the time since the previous call; the first call has rates of 0. */
  sample(nowMs: number, interfaces: ReadonlyMap<string, InterfaceCounters>): HostGauges {
    const now = this.#count(nowMs, interfaces)
    const before = this.#previous ?? now
    this.#previous = now
    const seconds = Math.max(0.001, (now.atMs - before.atMs) / 1000)
    const memory = parseMemory(this.#memory.read())
    const ticks = now.allTicks - before.allTicks
    return {
      at: new Date(nowMs).toISOString(),
      cpuShare: ticks <= 0 ? 0 : (now.busyTicks - before.busyTicks) / ticks,
      loadAverage1m: Number(this.#load.read().split(' ')[0]),
      memoryUsedBytes: memory.totalBytes - memory.availableBytes,
      memoryAvailableBytes: memory.availableBytes,
      diskReadBytesPerSecond: (now.readBytes - before.readBytes) / seconds,
      diskWriteBytesPerSecond: (now.writeBytes - before.writeBytes) / seconds,
      networkRxBytesPerSecond: Math.max(0, now.network.rxBytes - before.network.rxBytes) / seconds,
      networkTxBytesPerSecond: Math.max(0, now.network.txBytes - before.network.txBytes) / seconds,
    }
  }

  close(): void {
    for (const file of [this.#stat, this.#memory, this.#load, this.#disks]) file.close()
  }

  #count(atMs: number, interfaces: ReadonlyMap<string, InterfaceCounters>): Counters {
    const network = { rxBytes: 0, txBytes: 0 }
    for (const name of this.#bridges.keys()) if (!interfaces.has(name)) this.#bridges.delete(name)
    for (const [name, counters] of interfaces) {
      if (virtualInterface.test(name) || this.#isBridge(name)) continue
      network.rxBytes += counters.rxBytes
      network.txBytes += counters.txBytes
    }
    return { atMs, ...parseTicks(this.#stat.read()), ...parseDisks(this.#disks.read()), network }
  }

  /** What comes to a host by its bridge was counted at the NIC that is the bridge's port. */
  #isBridge(name: string): boolean {
    const known = this.#bridges.get(name)
    if (known !== undefined) return known
    const isBridge = existsSync(`/sys/class/net/${name}/bridge`)
    this.#bridges.set(name, isBridge)
    return isBridge
  }
}

/** The first line of /proc/stat: user nice system idle iowait irq softirq steal; guest time is within user. */
export function parseTicks(stat: string): { busyTicks: number; allTicks: number } {
  const fields = stat.slice(0, stat.indexOf('\n')).trim().split(/\s+/).slice(1, 9).map(Number)
  const allTicks = fields.reduce((sum, ticks) => sum + ticks, 0)
  return { allTicks, busyTicks: allTicks - (fields[3] ?? 0) - (fields[4] ?? 0) }
}

export function parseMemory(meminfo: string): { totalBytes: number; availableBytes: number } {
  const bytesOf = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(meminfo)?.[1] ?? 0) * 1024
  return { totalBytes: bytesOf('MemTotal'), availableBytes: bytesOf('MemAvailable') }
}

export function parseDisks(diskstats: string): { readBytes: number; writeBytes: number } {
  const total = { readBytes: 0, writeBytes: 0 }
  for (const line of diskstats.split('\n')) {
    const fields = line.trim().split(/\s+/)
    if (!wholeDisk.test(fields[2] ?? '')) continue
    total.readBytes += Number(fields[5]) * sectorBytes
    total.writeBytes += Number(fields[9]) * sectorBytes
  }
  return total
}
