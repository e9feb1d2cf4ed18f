/** The positions of the slider for a move's bandwidth: doubling from 1 MiB/s to 16 GiB/s, and no cap at its end. Pure. */
const MiB = 1024 ** 2
const doublings = 14

export const noCapPosition = doublings + 1

export const capAt = (position: number): number | null => (position > doublings ? null : MiB * 2 ** position)

/** The nearest one: a cap was typed with any number. */
export function positionOf(bytesPerSecond: number | null): number {
  if (bytesPerSecond === null) return noCapPosition
  return Math.min(doublings, Math.max(0, Math.round(Math.log2(bytesPerSecond / MiB))))
}
