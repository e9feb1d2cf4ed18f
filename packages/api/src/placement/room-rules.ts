/** The rules that are the same for a machine that is made and for one that moves. In the order in which they are told. */
import { formatBytes } from '@berth/core/units/bytes'
import { freeMemoryBytesOf, type CandidateHost } from './candidate-host.ts'
import { can, cannot, listed, type HostRule } from './host-rule.ts'

export interface MachineNeeds {
  readonly vcpus: number
  readonly memoryBytes: number
  readonly firmware: string
  /** core's networkNeed of each NIC. */
  readonly networks: readonly string[]
}

type RoomRule = HostRule<MachineNeeds>

/** More of them than this on a processor wait for each other all the time. */
export const vcpusPerProcessor = 8

const isOnline: RoomRule = {
  name: 'online',
  judge: (_needs, host) => {
    if (host.state === 'online') return can('it is online')
    if (host.state === 'joining') return cannot('the host has not joined yet')
    return cannot(`the host is offline since ${minuteOf(host.stateSince)}`)
  },
}

const takesMachines: RoomRule = {
  name: 'maintenance',
  judge: (_needs, host) => (host.isInMaintenance ? cannot('the host is in maintenance') : []),
}

const hasFirmware: RoomRule = {
  name: 'firmware',
  judge: ({ firmware }, host) =>
    host.firmwares.includes(firmware) ? [] : cannot(`it has no ${firmware.toUpperCase()} firmware`),
}

const hasNetworks: RoomRule = {
  name: 'networks',
  judge: ({ networks }, host) => {
    const missing = [...new Set(networks)].filter((need) => !host.networks.includes(need))
    return missing.length === 0 ? [] : cannot(`it has no ${listed(missing.map(networkWords))}`)
  },
}

const hasProcessors: RoomRule = {
  name: 'vcpus',
  judge: ({ vcpus }, { cpuCount }) => {
    const most = cpuCount * vcpusPerProcessor
    if (vcpus <= most) return []
    return cannot(`${vcpus} vCPUs asked, at most ${most} on ${cpuCount} processors`)
  },
}

const hasMemory: RoomRule = {
  name: 'memory',
  judge: ({ memoryBytes }, host) => {
    const free = freeMemoryBytesOf(host)
    const of = `free of ${formatBytes(host.memoryBytes)}`
    if (memoryBytes <= free) return can(`${formatBytes(free)} of memory ${of}`)
    return cannot(`${formatBytes(memoryBytes)} of memory asked, ${formatBytes(Math.max(0, free))} ${of}`)
  },
}

export const roomRules: readonly RoomRule[] = [
  isOnline,
  takesMachines,
  hasFirmware,
  hasNetworks,
  hasProcessors,
  hasMemory,
]

const networkWords = (need: string): string => (need.startsWith('bridge ') ? need : `network of the kind "${need}"`)

/** In UTC, because a sentence does not know where it is read: "2026-11-23 03:05 UTC". */
const minuteOf = (at: CandidateHost['stateSince']): string => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`
