/** How a pool reads: its room, what is promised of it, and what is the matter with it where. */
import type { PoolHost, PoolView } from '@berth/core/storage/pool'
import { sourceText } from '@berth/core/storage/pool-source'
import type { StateKind } from '@berth/ui/state-dot'
import { formatBytes, formatPercent, plural } from '../../lib/format.ts'

type Room = Pick<PoolView, 'totalBytes' | 'freeBytes' | 'committedBytes'>

/** "NFS 4.2 from nas:/srv/berth", of a pool that its hosts mount; none for a directory. */
export const sourceWords = ({ source }: Pick<PoolView, 'source'>): string[] =>
  source === null ? [] : [`NFS ${source.version === null ? '' : `${source.version} `}from ${sourceText(source)}`]

/** "73 GiB free", or why that is not known. */
export const freeText = ({ totalBytes, freeBytes }: Room): string =>
  totalBytes === 0 ? 'No host sees it now' : `${formatBytes(freeBytes)} free`

/** "90 GiB, 90 % of it" */
export function promisedText({ totalBytes, committedBytes }: Room): string {
  if (committedBytes === 0) return 'nothing yet'
  const share = totalBytes === 0 ? '' : `, ${formatPercent(committedBytes / totalBytes)} of it`
  return `${formatBytes(committedBytes)}${share}`
}

/** Disks take room as they are written to, so that more than there is can be promised; not all of it will be there. */
export const isOvercommitted = ({ totalBytes, committedBytes }: Room): boolean =>
  totalBytes > 0 && committedBytes > totalBytes

export const promisedNote = (room: Room): string =>
  isOvercommitted(room)
    ? 'More than there is: it can run full, and machines then pause until there is room'
    : 'What its disks may grow to; they take room as they are written to'

export interface HostLook {
  readonly kind: StateKind
  readonly word: string
  /** A sentence below it; null where the word says all. */
  readonly problem: string | null
}

export function poolHostLook({ state, problem }: Pick<PoolHost, 'state' | 'problem'>): HostLook {
  if (state !== 'online')
    return { kind: 'unknown', word: 'Unknown', problem: 'The host does not answer; it had the pool when it last did.' }
  if (problem !== null) return { kind: 'failed', word: 'Not usable', problem }
  return { kind: 'on', word: 'Usable', problem: null }
}

/** One badge for the whole pool; null while all is well. */
export function poolTrouble({ hosts }: Pick<PoolView, 'hosts'>): { tone: 'bad' | 'warn'; text: string } | null {
  const broken = hosts.filter(({ state, problem }) => state === 'online' && problem !== null)
  if (broken.length > 0) return { tone: 'bad', text: `Not usable on ${names(broken)}` }
  const away = hosts.filter(({ state }) => state !== 'online')
  return away.length === 0
    ? null
    : { tone: 'warn', text: `${names(away)} ${away.length === 1 ? 'does' : 'do'} not answer` }
}

const names = (hosts: readonly PoolHost[]): string =>
  hosts.length > 2 ? plural(hosts.length, 'host') : hosts.map(({ name }) => name).join(' and ')

/** Why a host cannot leave the pool now; null when it can. */
export function detachRefusal({ name, state, vmCount }: Pick<PoolHost, 'name' | 'state' | 'vmCount'>): string | null {
  if (vmCount > 0) return `${plural(vmCount, 'machine')} of ${name} ${vmCount === 1 ? 'has' : 'have'} disks in it`
  return state === 'online' ? null : `${name} does not answer`
}

/** "shared with host-b, host-c": of a host's pool, without the host itself. Null for one that no other host has. */
export function sharedWithText(pool: Pick<PoolView, 'hosts'> | undefined, hostId: string): string | null {
  const others = pool?.hosts.filter((host) => host.hostId !== hostId).map(({ name }) => name) ?? []
  return others.length === 0 ? null : `shared with ${others.join(', ')}`
}
