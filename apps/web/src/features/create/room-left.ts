/** How many machines of a size still fit, from what placement said of each host. Pure. */
export interface HostRoom {
  readonly isPossible: boolean
  readonly freeMemoryBytes: number
}

/** A machine lies on one host: what is left over on two makes none. */
export function roomFor(hosts: readonly HostRoom[], memoryBytes: number): number {
  return hosts
    .filter(({ isPossible }) => isPossible)
    .reduce((count, { freeMemoryBytes }) => count + Math.floor(freeMemoryBytes / memoryBytes), 0)
}

/** The most that one machine could have. */
export const largestRoom = (hosts: readonly HostRoom[]): number =>
  Math.max(0, ...hosts.filter(({ isPossible }) => isPossible).map(({ freeMemoryBytes }) => freeMemoryBytes))

export const totalRoom = (hosts: readonly HostRoom[]): number =>
  hosts.filter(({ isPossible }) => isPossible).reduce((sum, { freeMemoryBytes }) => sum + freeMemoryBytes, 0)
