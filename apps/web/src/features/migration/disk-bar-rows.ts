/** What the deck shows of each disk that travels. Pure. */
import type { MoveView } from '@berth/core/migration/move-view'
import { formatBytes } from '../../lib/format.ts'

export interface DiskBarRow {
  readonly volumeId: string
  readonly name: string
  /** "default → fast" */
  readonly way: string
  /** 0 to 1; null before anything was sent. */
  readonly share: number | null
  /** Both sides are the same, and are kept the same until the machine is there. */
  readonly isReady: boolean
  readonly text: string
}

type Figures = Pick<MoveView, 'disks' | 'progress' | 'report'>

export function diskBarRows({ disks, progress, report }: Figures): readonly DiskBarRow[] {
  return disks.map(({ volumeId, number, fromPool, pool, needBytes }) => {
    const known = { volumeId, name: `Disk ${number}`, way: `${fromPool} → ${pool}` }
    const sent = report?.disks?.find((disk) => disk.volumeId === volumeId)?.sentBytes
    if (sent !== undefined) return { ...known, share: 1, isReady: true, text: `${formatBytes(sent)} copied` }
    const now = progress?.disks?.find((disk) => disk.volumeId === volumeId)
    if (now === undefined) return { ...known, share: null, isReady: false, text: `about ${formatBytes(needBytes)}` }
    const { doneBytes, totalBytes, isReady } = now
    // An empty disk has nothing to send, and is the same at once.
    const share = isReady || totalBytes === 0 ? 1 : doneBytes / totalBytes
    return { ...known, share, isReady, text: `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}` }
  })
}

/** Of a disk mostly empty QEMU's count is far above what lies in its file: it counts the blocks of zeros, too. */
const countsZeros = ({ disks, progress }: Figures): boolean =>
  disks.some(({ volumeId, needBytes }) => {
    const now = progress?.disks?.find((disk) => disk.volumeId === volumeId)
    return now !== undefined && now.totalBytes > 2 * needBytes
  })

/** What the bars mean now; null once it is over, and before it has begun. */
export function diskBarsText(rows: readonly DiskBarRow[], move: Figures): string | null {
  if (move.report !== null || move.progress === null) return null
  if (rows.every(({ isReady }) => isReady)) {
    return 'Both sides are the same. What the guest writes is written on both until the machine is there.'
  }
  const grows = 'What the guest writes meanwhile is copied as well, so a total may grow.'
  return countsZeros(move) ? `${grows} Empty blocks count, too; they cost hardly anything.` : grows
}
