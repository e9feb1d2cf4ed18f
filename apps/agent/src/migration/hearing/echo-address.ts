/** Which address of a guest its host can ask for an echo, on either side of a move. Pure. */
import type { NicSpec } from '@berth/core/network/network'
import type { GuestAddress } from '@berth/core/vm/vm-observation'

export interface BridgeNic {
  readonly kind: 'bridge'
  readonly mac: string
  readonly bridge: string
}

export type Listenable = BridgeNic | { readonly kind: 'none'; readonly reason: string }

/**
 * Its first NIC on a bridge of the host's: bridges of that kind are joined by the network that both hosts have, so a guest is
 * heard through the same one before and after.
 */
export function nicToHear(nics: readonly NicSpec[]): Listenable {
  for (const { mac, network } of nics)
    if (network.kind === 'bridge') return { kind: 'bridge', mac, bridge: network.bridge }
  if (nics.length === 0) return { kind: 'none', reason: 'It has no network.' }
  const isNat = nics.some(({ network }) => network.kind === 'nat')
  const reason = isNat
    ? 'Its network is a NAT that each host has for itself: from one, a guest on the other is not to be heard.'
    : 'Its network is QEMU’s own user mode, where nobody can reach it from outside.'
  return { kind: 'none', reason }
}

export interface EchoAddress {
  readonly family: 4 | 6
  readonly address: string
}

/**
 * The IPv4 address that is known of it, where the bridge has one in the same subnet; else the link-local one that its kernel
 * makes of its MAC, for which a bridge needs no address that anybody gave it.
 *
 * `bridgeCidrs`: "10.0.0.1/24".
 */
export function echoAddress(
  { mac, bridge }: BridgeNic,
  known: readonly GuestAddress[],
  bridgeCidrs: readonly string[],
): EchoAddress {
  const near = known.find((one) => one.mac === mac && bridgeCidrs.some((cidr) => isWithin(one.ip, cidr)))
  if (near !== undefined) return { family: 4, address: near.ip }
  return { family: 6, address: `${linkLocalOf(mac)}%${bridge}` }
}

/** By EUI-64 (RFC 4291, appendix A): ff:fe in the middle, and the bit turned that says who administers it. */
export function linkLocalOf(mac: string): string {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = mac.split(':').map((part) => Number.parseInt(part, 16))
  const group = (high: number, low: number): string => (high * 256 + low).toString(16)
  return `fe80::${[group(a ^ 2, b), group(c, 0xff), group(0xfe, d), group(e, f)].join(':')}`
}

/** The IPv4 addresses of `ip -4 -o addr show`, with their prefixes. */
export const cidrsIn = (text: string): string[] =>
  [...text.matchAll(/ inet (\d+(?:\.\d+){3}\/\d+)/g)].map(([, cidr = '']) => cidr)

function isWithin(ip: string, cidr: string): boolean {
  const [net = '', prefix = ''] = cidr.split('/')
  const [own, of] = [numberOf(ip), numberOf(net)]
  if (own === undefined || of === undefined) return false
  const size = 2 ** (32 - Number(prefix))
  // The bridge's own is not the guest's, whatever the guest says.
  return own !== of && Math.floor(own / size) === Math.floor(of / size)
}

function numberOf(ip: string): number | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(ip)) return undefined
  return ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
}
