/**
 * Which host a new machine goes to: a pure function of what is known, with a trace that says for every host why it was
 * taken or not, in numbers. Rules that forbid come first; of what remains, the host with the most free memory wins, and
 * equal ones are told apart by name, so that the same picture always gives the same answer.
 */
import { AppError } from '@berth/core/errors/app-error'
import { formatBytes } from '@berth/core/units/bytes'

export interface PlacementHost {
  readonly hostId: string
  readonly name: string
  readonly state: 'joining' | 'online' | 'offline'
  readonly isInMaintenance: boolean
  readonly cpuCount: number
  readonly memoryBytes: number
  /** What the machines that are on, or about to be, may use there. */
  readonly committedMemoryBytes: number
  readonly firmwares: readonly string[]
  readonly networkKinds: readonly string[]
  readonly pools: readonly { readonly name: string; readonly freeBytes: number }[]
  /** Whether the image's file lies there. */
  readonly hasImage: boolean
}

export interface PlacementRequest {
  readonly vcpus: number
  readonly memoryBytes: number
  readonly firmware: string
  readonly networkKinds: readonly string[]
  /** Space that the disks take at once: nothing for an overlay, the whole for a full copy. */
  readonly diskBytesNow: number
  readonly pool: string
  readonly needsImage: boolean
  readonly hostId: string | null
}

export interface PlacementVerdict {
  readonly hostId: string
  readonly name: string
  readonly isPossible: boolean
  /** One sentence with its numbers: "8 GiB asked, 3.2 GiB free of 16 GiB". */
  readonly reason: string
  readonly freeMemoryBytes: number
}

export interface Placement {
  readonly hostId: string
  readonly hostName: string
  readonly trace: readonly PlacementVerdict[]
}

/** Kept for the host itself and its agent: a tenth, at most 2 GiB. */
export const reservedMemoryBytes = (memoryBytes: number): number => Math.min(memoryBytes / 10, 2 * 1024 ** 3)

/** The host for a machine. Throws HOST_NOT_FOUND for an unknown wish, HOST_CAPACITY with the trace in the details. */
export function placeVm(request: PlacementRequest, hosts: readonly PlacementHost[]): Placement {
  const candidates = request.hostId === null ? hosts : hosts.filter((host) => host.hostId === request.hostId)
  if (request.hostId !== null && candidates.length === 0) {
    throw new AppError('HOST_NOT_FOUND', `There is no host ${request.hostId}.`)
  }
  const trace = candidates.map((host) => judge(request, host))
  const best = trace.filter((verdict) => verdict.isPossible).sort(byFreeMemory)[0]
  if (best) return { hostId: best.hostId, hostName: best.name, trace }
  throw new AppError('HOST_CAPACITY', refusal(request, trace), { details: { trace } })
}

const byFreeMemory = (a: PlacementVerdict, b: PlacementVerdict): number =>
  b.freeMemoryBytes - a.freeMemoryBytes || a.name.localeCompare(b.name)

function judge(request: PlacementRequest, host: PlacementHost): PlacementVerdict {
  const usable = host.memoryBytes - reservedMemoryBytes(host.memoryBytes)
  const freeMemoryBytes = Math.max(0, Math.floor(usable - host.committedMemoryBytes))
  const against = objection(request, host, freeMemoryBytes)
  return {
    hostId: host.hostId,
    name: host.name,
    isPossible: against === undefined,
    reason: against ?? `${formatBytes(freeMemoryBytes)} of memory free of ${formatBytes(host.memoryBytes)}`,
    freeMemoryBytes,
  }
}

function objection(request: PlacementRequest, host: PlacementHost, freeMemoryBytes: number): string | undefined {
  if (host.state !== 'online') return `the host is ${host.state}`
  if (host.isInMaintenance) return 'the host is in maintenance'
  if (!host.firmwares.includes(request.firmware)) return `it has no ${request.firmware.toUpperCase()} firmware`
  const missing = request.networkKinds.find((kind) => !host.networkKinds.includes(kind))
  if (missing !== undefined) return `it has no network of the kind "${missing}"`
  if (request.needsImage && !host.hasImage) return 'the image does not lie there'
  if (request.vcpus > host.cpuCount * 8) {
    return `${request.vcpus} vCPUs asked, at most ${host.cpuCount * 8} on ${host.cpuCount} processors`
  }
  if (request.memoryBytes > freeMemoryBytes) {
    return `${formatBytes(request.memoryBytes)} of memory asked, ${formatBytes(freeMemoryBytes)} free of ${formatBytes(host.memoryBytes)}`
  }
  const pool = host.pools.find((found) => found.name === request.pool)
  if (!pool) return `it has no pool "${request.pool}"`
  if (request.diskBytesNow > pool.freeBytes) {
    return `${formatBytes(request.diskBytesNow)} of disk asked, ${formatBytes(pool.freeBytes)} free in pool "${pool.name}"`
  }
  return undefined
}

function refusal(request: PlacementRequest, trace: readonly PlacementVerdict[]): string {
  const [only] = trace
  if (only === undefined) return 'No host has joined yet.'
  if (trace.length === 1) return `Not on ${only.name}: ${only.reason}.`
  const largest = Math.max(...trace.map((verdict) => verdict.freeMemoryBytes))
  return `None of ${trace.length} hosts takes it: ${formatBytes(request.memoryBytes)} of memory asked, the most that is free on one host is ${formatBytes(largest)}.`
}
