/** How a machine's disk reads: what it came from, and what becomes of it in another pool. Pure. */
import type { DiskPoolChoice } from '@berth/core/migration/disk-plan'
import type { VmView } from '@berth/core/vm/vm-view'
import { formatBytes } from '../../lib/format.ts'

type Disk = VmView['spec']['disks'][number]

export function originText({ source }: Pick<Disk, 'source'>): string {
  if (source.kind === 'blank') return 'Blank at first'
  return source.mode === 'overlay' ? 'On top of its image, which must stay' : 'A full copy of its image'
}

/** "1.2 GiB used": what the disk takes in its pool; null where that is not known. */
export function usedText({ volumes }: Pick<VmView, 'volumes'>, { volumeId }: Pick<Disk, 'volumeId'>): string | null {
  const seen = volumes.find((volume) => volume.volumeId === volumeId)
  return seen === undefined ? null : `${formatBytes(seen.allocatedBytes)} used`
}

/** Of a pool that can take the disk. */
export const roomText = ({ needBytes, freeBytes }: DiskPoolChoice): string =>
  `Takes about ${formatBytes(needBytes)} of ${formatBytes(freeBytes)} free`

/** What happens when the button is pressed. */
export function effectText({ sentImageBytes }: DiskPoolChoice, { isOn }: { isOn: boolean }): string {
  const image = sentImageBytes > 0 ? `Its image, ${formatBytes(sentImageBytes)}, is copied there first. ` : ''
  const guest = isOn ? 'The machine runs on meanwhile' : 'The machine stays off, and cannot be started meanwhile'
  return `${image}${guest}.`
}

/** The pool that is chosen at first: of those that can, the one with the most room. */
export const firstChoice = (pools: readonly DiskPoolChoice[]): DiskPoolChoice | undefined =>
  pools.filter(({ refusal }) => refusal === null).toSorted((a, b) => b.freeBytes - a.freeBytes)[0]
