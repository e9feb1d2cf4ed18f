/** The names, addresses and rules of a NAT network, computed from its configuration alone. Pure. */
import { AppError } from '@berth/core/errors/app-error'
import type { NetworkConfig } from '@berth/core/network/network'

export type NatConfig = Extract<NetworkConfig, { kind: 'nat' }>

export interface BridgePlan {
  /** At most 15 characters (IFNAMSIZ), made from the network's id, so that two installations never share one. */
  bridge: string
  /** The same on every host that has the network: a guest that moves keeps talking to its gateway. */
  mac: string
  table: string
  gateway: string
  gatewayCidr: string
  subnet: string
  rangeFirst: string
  rangeLast: string
  netmask: string
}

const toNumber = (ip: string): number => ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
const toText = (value: number): string => [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.')

/** The end of the id is its random part; a UUIDv7 begins with the time. */
const shortId = (id: string): string => id.replaceAll('-', '').slice(-10)

export const bridgeName = (networkId: string): string => `bth${shortId(networkId)}`
/** Of what guards a network's taps. */
export const tableName = (networkId: string): string => `berth_${shortId(networkId)}`
/** 0a: administered locally, for one. */
const bridgeMac = (networkId: string): string => ['0a', ...(shortId(networkId).match(/../g) ?? [])].join(':')
export const tableOfBridge = (bridge: string): string => `berth_${bridge.slice(3)}`
export const isBridgeName = (name: string): boolean => /^bth[0-9a-f]{10}$/.test(name)
export const isTapName = (name: string): boolean => /^btap[0-9a-f]{10}$/.test(name)
export const tapName = (nicId: string): string => `btap${shortId(nicId)}`

/** Throws NETWORK_SETUP_FAILED for a subnet with no room for guests. */
export function planBridge(config: NatConfig): BridgePlan {
  const [gateway = '', prefixText = ''] = config.gatewayCidr.split('/')
  const prefix = Number(prefixText)
  if (prefix < 8 || prefix > 29)
    throw new AppError('NETWORK_SETUP_FAILED', `A /${prefix} network is not between /8 and /29.`)
  const size = 2 ** (32 - prefix)
  const network = Math.floor(toNumber(gateway) / size) * size
  const address = toNumber(gateway)
  // The gateway is one of the first addresses as a rule; leases start after it, and stop before the broadcast address.
  const first = address === network + 1 ? network + 2 : network + 1
  return {
    bridge: bridgeName(config.networkId),
    mac: bridgeMac(config.networkId),
    table: tableName(config.networkId),
    gateway,
    gatewayCidr: config.gatewayCidr,
    subnet: `${toText(network)}/${prefix}`,
    rangeFirst: toText(Math.min(first, network + size - 2)),
    rangeLast: toText(network + size - 2),
    netmask: toText(2 ** 32 - size),
  }
}

/**
 * An nftables script that replaces the network's whole table at once: masquerade for what leaves the subnet, forwarding
 * in and out, DHCP and DNS to the host itself.
 */
export function natRules(plan: BridgePlan): string {
  return `table inet ${plan.table}
delete table inet ${plan.table}
table inet ${plan.table} {
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr ${plan.subnet} ip daddr != ${plan.subnet} masquerade
  }
  chain forward {
    type filter hook forward priority filter; policy accept;
    iifname "${plan.bridge}" accept
    oifname "${plan.bridge}" ct state established,related accept
    oifname "${plan.bridge}" iifname != "${plan.bridge}" drop
  }
  chain input {
    type filter hook input priority filter; policy accept;
    iifname "${plan.bridge}" udp dport { 53, 67 } accept
    iifname "${plan.bridge}" tcp dport 53 accept
    iifname "${plan.bridge}" ip protocol icmp accept
    iifname "${plan.bridge}" ct state established,related accept
    iifname "${plan.bridge}" drop
  }
}
`
}

/**
 * Per machine: only its own MAC may send from its tap, and no guest may answer DHCP. In the bridge family, so that it
 * also holds between two guests of one bridge.
 */
export function antiSpoofRules(table: string, taps: ReadonlyMap<string, string>): string {
  const rules = [...taps].flatMap(([tap, mac]) => [
    `    iifname "${tap}" ether saddr != ${mac} drop`,
    `    iifname "${tap}" arp saddr ether != ${mac} drop`,
    `    iifname "${tap}" udp sport 67 drop`,
  ])
  return `table bridge ${table}
delete table bridge ${table}
table bridge ${table} {
  chain forward { type filter hook prerouting priority -300; policy accept;
${rules.join('\n')}
  }
}
`
}
