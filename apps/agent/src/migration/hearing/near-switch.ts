/**
 * Whether the guest should be listened to by now: its switch-over is near. Pure.
 *
 * QEMU switches at the end of a pass, without asking, so that the ear has to be there before. A move that is short is listened
 * to from its beginning; one that has long to go is not, until what is left of the pass is a matter of seconds.
 */
import type { MoveProgress } from '@berth/core/migration/move-progress'

/** Many looks at the figures, and ping's start with time to spare, also where pages of zeros go faster than was thought. */
const nearMs = 5_000
/** Farther than `nearMs`, so that a rate that wavers does not start a program each second. */
const farMs = 30_000

export type NearFigures = Pick<MoveProgress, 'phase' | 'remainingBytes' | 'throughputBytesPerSecond' | 'ladder'>

/** `was`: what it answered before; true at the start of the sending. */
export function isSwitchNear(was: boolean, progress: NearFigures): boolean {
  const { phase, remainingBytes, throughputBytesPerSecond, ladder } = progress
  if (phase === 'prepare' || phase === 'disks') return false
  if (phase !== 'memory') return true
  // It goes ahead of its memory as soon as this pass has got no smaller, however much is left.
  if (ladder?.next?.action.kind === 'switch' && ladder.next.passesLeft === 1) return true
  if (throughputBytesPerSecond === 0) return was
  const leftMs = (remainingBytes / throughputBytesPerSecond) * 1_000
  return leftMs <= nearMs || (was && leftMs <= farMs)
}
