/**
 * Which host a new machine goes to: a pure function of what is known, with a trace that says for every host why it was
 * taken or not, in numbers. Rules that forbid come first; of what remains, the host with the most free memory wins, and
 * equal ones are told apart by name, so that the same picture always gives the same answer.
 */
import { AppError } from '@berth/core/errors/app-error'
import { formatBytes } from '@berth/core/units/bytes'
import { freeMemoryBytesOf, type CandidateHost } from './candidate-host.ts'
import { roomRules, type MachineNeeds } from './room-rules.ts'

export interface PlacementHost extends CandidateHost {
  /** The pools of this host in which the image's file lies. */
  readonly imagePools: readonly string[]
  /** The name of a host that is online and would send the image to this one; null: none can. */
  readonly imageFrom: string | null
}

export interface PlacementRequest extends MachineNeeds {
  /** Space that the disks take at once: nothing for an overlay, the whole for a full copy. */
  readonly diskBytesNow: number
  /** Of the image's file, which must come to the pool where it is not there yet. */
  readonly imageBytes: number
  /** A disc is read from whichever pool it lies in. */
  readonly isDisc?: boolean
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
  /** What comes first, where it is possible: "the image (300 MiB) is sent there first, from host-a". */
  readonly warning: string | null
  readonly freeMemoryBytes: number
}

export interface Placement {
  readonly hostId: string
  readonly hostName: string
  readonly trace: readonly PlacementVerdict[]
}

/** The host for a machine. Throws HOST_NOT_FOUND for an unknown wish, HOST_CAPACITY with the trace in the details. */
export function placeVm(request: PlacementRequest, hosts: readonly PlacementHost[]): Placement {
  const candidates = request.hostId === null ? hosts : hosts.filter((host) => host.hostId === request.hostId)
  if (request.hostId !== null && candidates.length === 0) {
    throw new AppError('HOST_NOT_FOUND', `There is no host ${request.hostId}.`)
  }
  const trace = candidates.map((host) => judge(request, host))
  const best = trace.filter((verdict) => verdict.isPossible).sort(byMerit)[0]
  if (best) return { hostId: best.hostId, hostName: best.name, trace }
  throw new AppError('HOST_CAPACITY', refusal(request, trace), { details: { trace } })
}

/** Where nothing must be sent first a machine is there sooner. */
const byMerit = (a: PlacementVerdict, b: PlacementVerdict): number =>
  Number(a.warning !== null) - Number(b.warning !== null) ||
  b.freeMemoryBytes - a.freeMemoryBytes ||
  a.name.localeCompare(b.name)

function judge(request: PlacementRequest, host: PlacementHost): PlacementVerdict {
  const freeMemoryBytes = Math.max(0, freeMemoryBytesOf(host))
  const against = roomObjection(request, host) ?? storageObjection(request, host)
  return {
    hostId: host.hostId,
    name: host.name,
    isPossible: against === undefined,
    reason: against ?? `${formatBytes(freeMemoryBytes)} of memory free of ${formatBytes(host.memoryBytes)}`,
    warning: against === undefined && isSent(request, host) ? sendingWords(request, host) : null,
    freeMemoryBytes,
  }
}

const roomObjection = (needs: MachineNeeds, host: CandidateHost): string | undefined =>
  roomRules.flatMap((rule) => rule.judge(needs, host)).find(({ verdict }) => verdict === 'cannot')?.says

/** Only of a machine whose disks are still to be made. */
function storageObjection(request: PlacementRequest, host: PlacementHost): string | undefined {
  const pool = host.pools.find((found) => found.name === request.pool)
  if (!pool) return `it has no pool "${request.pool}"`
  if (pool.problem !== null) return `its pool "${pool.name}" cannot be used: ${pool.problem.replace(/\.$/, '')}`
  if (request.needsImage && host.imagePools.length === 0 && host.imageFrom === null)
    return 'the image does not lie there, and no other host that is online can send it'
  // An overlay and its image lie in one pool: where it is not there yet, it is copied in first.
  const isThere = request.isDisc === true ? host.imagePools.length > 0 : host.imagePools.includes(pool.name)
  const diskBytes = request.diskBytesNow + (isThere ? 0 : request.imageBytes)
  if (diskBytes > pool.freeBytes) {
    return `${formatBytes(diskBytes)} of disk asked, ${formatBytes(pool.freeBytes)} free in pool "${pool.name}"`
  }
  return undefined
}

const isSent = ({ needsImage }: PlacementRequest, { imagePools }: PlacementHost): boolean =>
  needsImage && imagePools.length === 0

const sendingWords = ({ imageBytes }: PlacementRequest, { imageFrom }: PlacementHost): string =>
  `the image (${formatBytes(imageBytes)}) is sent there first, from ${imageFrom ?? ''}`

function refusal(request: PlacementRequest, trace: readonly PlacementVerdict[]): string {
  const [only] = trace
  if (only === undefined) return 'No host has joined yet.'
  if (trace.length === 1) return `Not on ${only.name}: ${only.reason}.`
  const largest = Math.max(...trace.map((verdict) => verdict.freeMemoryBytes))
  return `None of ${trace.length} hosts takes it: ${formatBytes(request.memoryBytes)} of memory asked, the most that is free on one host is ${formatBytes(largest)}.`
}
