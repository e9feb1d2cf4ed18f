/** A machine's addresses from two sources, neither of which erases the other's. Pure. */
import type { NicSpec } from '@berth/core/network/network'
import type { GuestAddress } from '@berth/core/vm/vm-observation'

/** `known` with all of `source` replaced by `fresh`; an address that both sources name is told once, by the lease. */
export function withAddresses(
  known: readonly GuestAddress[],
  source: GuestAddress['source'],
  fresh: readonly Pick<GuestAddress, 'mac' | 'ip'>[],
): GuestAddress[] {
  const all = [
    ...known.filter((address) => address.source !== source),
    ...fresh.map(({ mac, ip }) => ({ mac, ip, source })),
  ]
  const leased = new Set(all.filter((address) => address.source === 'lease').map(({ ip }) => ip))
  return all
    .filter((address) => address.source === 'lease' || !leased.has(address.ip))
    .sort((a, b) => a.mac.localeCompare(b.mac) || a.ip.localeCompare(b.ip))
}

/** What the DHCP servers of this host gave to these NICs. */
export function leasedAddresses(
  nics: readonly NicSpec[],
  leases: ReadonlyMap<string, string>,
): Pick<GuestAddress, 'mac' | 'ip'>[] {
  return nics.flatMap(({ mac }) => {
    const ip = leases.get(mac)
    return ip === undefined ? [] : [{ mac, ip }]
  })
}
