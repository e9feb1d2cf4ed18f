/** The shared pools that a machine's disk can lie in, of what the hosts say of theirs. */
import type { HostView } from '@berth/core/host/host'

export interface PoolChoice {
  readonly name: string
  /** Hosts that can use it now. */
  readonly hostCount: number
  readonly freeBytes: number
  readonly disabledReason: string | null
}

type Sharing = Pick<HostView, 'state' | 'pools'>

/** By name; none where hosts share nothing. */
export function poolChoices(hosts: readonly Sharing[]): PoolChoice[] {
  const names = new Set(
    hosts.flatMap(({ pools }) => pools.flatMap(({ name, shared }) => (shared === null ? [] : [name]))),
  )
  return [...names].sort().map((name) => {
    const usable = hosts.flatMap(({ state, pools }) =>
      state === 'online' ? pools.filter((pool) => pool.name === name && pool.problem === null) : [],
    )
    return {
      name,
      hostCount: usable.length,
      freeBytes: Math.max(0, ...usable.map((pool) => pool.freeBytes)),
      disabledReason: usable.length === 0 ? 'No host can use it now' : null,
    }
  })
}
