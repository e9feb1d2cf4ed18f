/** In which order hosts are offered, which one is chosen without a choice, and what the dialog may say of them. Pure. */
import type { FitnessReason, HostFitness } from '@berth/core/migration/move-fitness'
import { formatBytes } from '../../lib/format.ts'

export interface SortedTargets {
  /** Those that can be chosen, the best first. */
  able: readonly HostFitness[]
  unable: readonly HostFitness[]
  current: HostFitness | undefined
}

/** By score; at the same score those without a warning first, then by name, so that cards never change places by chance. */
export function sortTargets(hosts: readonly HostFitness[]): SortedTargets {
  const others = hosts.filter((host) => !host.isCurrent).toSorted(byMerit)
  return {
    able: others.filter((host) => host.verdict !== 'cannot'),
    unable: others.filter((host) => host.verdict === 'cannot'),
    current: hosts.find((host) => host.isCurrent),
  }
}

function byMerit(a: HostFitness, b: HostFitness): number {
  return b.score - a.score || rank[a.verdict] - rank[b.verdict] || (a.name < b.name ? -1 : 1)
}

const rank = { can: 0, warning: 1, cannot: 2 } as const

/** The one that was chosen while it still can, else the panel's best, else the first that can. */
export function chosenTarget(
  { able }: Pick<SortedTargets, 'able'>,
  chosenId: string | null,
  bestHostId: string | null,
): HostFitness | undefined {
  const byId = (id: string | null) => able.find(({ hostId }) => hostId === id)
  return byId(chosenId) ?? byId(bestHostId) ?? able[0]
}

/** Those that speak against it; of one that has none, what speaks for it. */
export function tellingReasons({ reasons }: Pick<HostFitness, 'reasons'>): readonly FitnessReason[] {
  const against = reasons.filter(({ verdict }) => verdict !== 'can')
  return against.length > 0 ? against : reasons
}

/** "11.4 of 23.5 GiB free after the move"; less than nothing is said as what is missing. */
export function memoryAfterText({ memoryBytes, freeMemoryAfterBytes }: HostFitness): string {
  if (freeMemoryAfterBytes < 0) return `${formatBytes(-freeMemoryAfterBytes)} of memory are missing`
  return `${formatBytes(freeMemoryAfterBytes)} of ${formatBytes(memoryBytes)} free after the move`
}
