/** Networks in words. Pure. */
import type { HostFacts } from '@berth/core/host/host'
import type { NetworkView } from '@berth/core/network/network'
import { plural } from '../../lib/format.ts'

export const networkKindNames = {
  user: 'User mode',
  nat: 'NAT',
  bridge: 'Bridge',
} as const satisfies Record<NetworkView['kind'], string>

/** What it is, where nobody described it. */
export function networkKindText({ kind, gatewayCidr, bridge }: NetworkView): string {
  switch (kind) {
    case 'nat':
      return `Bridge with DHCP, ${gatewayCidr ?? ''}`
    case 'bridge':
      return `The hosts' own bridge ${bridge ?? ''}: machines stand in that network like any computer`
    case 'user':
      return "QEMU's own user-mode network"
  }
}

type Hosts = readonly { name: string; facts: Pick<HostFacts, 'networkKinds' | 'bridges'> | null }[]

/** Names of the hosts that can put a machine on it. */
export function hostsWith({ kind, bridge }: Pick<NetworkView, 'kind' | 'bridge'>, hosts: Hosts): string[] {
  const has = ({ facts }: Hosts[number]): boolean =>
    kind === 'bridge' ? facts?.bridges?.includes(bridge ?? '') === true : facts?.networkKinds.includes(kind) === true
  return hosts.filter(has).map(({ name }) => name)
}

/** "all 3 hosts", "2 of 3 hosts", "no host". */
export function reachText(count: number, of: number): string {
  if (count === 0) return 'no host'
  if (count < of) return `${count} of ${plural(of, 'host')}`
  return of === 1 ? 'the one host' : `all ${plural(of, 'host')}`
}

/** Bridges that hosts have, those of most hosts first. */
export function bridgesOf(hosts: Hosts): { bridge: string; hostCount: number }[] {
  const counts = new Map<string, number>()
  for (const { facts } of hosts) {
    for (const bridge of facts?.bridges ?? []) counts.set(bridge, (counts.get(bridge) ?? 0) + 1)
  }
  return [...counts]
    .map(([bridge, hostCount]) => ({ bridge, hostCount }))
    .sort((a, b) => b.hostCount - a.hostCount || a.bridge.localeCompare(b.bridge))
}
