/**
 * What a lab is made of, computed from its id: names of namespaces and links, addresses. Nothing of it is remembered
 * anywhere, so that a lab that a crash left behind is found again by its names. Pure.
 *
 *   root namespace          <id>-switch                       <id>-<host>
 *   bl<id> .1 ───────────── panel ┐
 *                                 mgmt (bridge) ── m1 ─────── mgmt0 .11     the agents' addresses
 *                                 guest (bridge) ─ g1 ─────── uplink0 ┐
 *                                  .1, DHCP                           lan0 (bridge): machines' taps
 *
 * Only one link of a lab stands in the root namespace, and both switches are apart from its packet filters.
 */
import { createHash } from 'node:crypto'

/** The names that hosts and the switch have for their own links; each is alone in its namespace. */
export const links = {
  /** In a host. */
  management: 'mgmt0',
  uplink: 'uplink0',
  /** The bridge of a host that guests are put on; the same name on each host, so that they can move. */
  lan: 'lan0',
  /** In the switch. */
  managementSwitch: 'mgmt',
  guestSwitch: 'guest',
  panelPort: 'panel',
} as const

export type LabNet = 'management' | 'guest'

export interface LabHostPlan {
  readonly name: string
  readonly namespace: string
  /** On the management network; where its agent listens. */
  readonly address: string
  /** Its sockets in the switch. */
  readonly ports: Readonly<Record<LabNet, string>>
}

export interface LabPlan {
  readonly id: string
  readonly switchNamespace: string
  /** In the root namespace; at most 15 characters (IFNAMSIZ). */
  readonly rootLink: string
  /** Of the root namespace on the management network: hosts reach the panel here. */
  readonly panelAddress: string
  /** The first three parts of both /24 networks. */
  readonly managementPrefix: string
  readonly guestPrefix: string
  /** Of the rules by which hosts reach out, where they may. */
  readonly outsideTable: string
  readonly hosts: readonly LabHostPlan[]
}

/** The id of the lab whose data lie there: two installations on one computer have two. */
export const labIdOf = (dataDir: string): string => createHash('sha256').update(dataDir).digest('hex').slice(0, 8)

export const namespacePrefix = (id: string): string => `berth-${id}-`

/** `block` is the even /23 of both networks, as "10.200.4". */
export function planLab(id: string, block: string, hostNames: readonly string[]): LabPlan {
  const [first = 0, second = 0, third = 0] = block.split('.').map(Number)
  const managementPrefix = `${first}.${second}.${third}`
  return {
    id,
    switchNamespace: `${namespacePrefix(id)}switch`,
    rootLink: `bl${id}`,
    panelAddress: `${managementPrefix}.1`,
    managementPrefix,
    guestPrefix: `${first}.${second}.${third + 1}`,
    outsideTable: `berth_lab_${id}`,
    hosts: hostNames.map((name, index) => ({
      name,
      namespace: `${namespacePrefix(id)}${name}`,
      address: `${managementPrefix}.${11 + index}`,
      ports: { management: `m${index + 1}`, guest: `g${index + 1}` },
    })),
  }
}

/** The /23 of an address of the management network. */
export const blockOf = (address: string): string => address.split('.').slice(0, 3).join('.')

/**
 * A /23 that has no address in common with any route of this computer but the default one. `routes` is the output of
 * `ip -4 route show table all`. Undefined when all draws collide.
 */
export function drawBlock(routes: string, random: (below: number) => number): string | undefined {
  const taken = takenRanges(routes)
  // 10.192 up is rarely used, and never by Berth's own NAT networks; 198.18.0.0/15 is for tests of networks (RFC 2544).
  const draws = [
    ...Array.from({ length: 64 }, () => `10.${192 + random(63)}.${2 * random(128)}`),
    ...Array.from({ length: 64 }, () => `198.${18 + random(2)}.${2 * random(128)}`),
  ]
  return draws.find((block) => {
    const range = rangeOf(`${block}.0/23`)
    return !taken.some(({ from, to }) => range.from <= to && from <= range.to)
  })
}

/** Whether the block is free but for the link of this name, whose own routes are in it. */
export function isFreeBlock(block: string, routes: string, ownLink: string): boolean {
  const others = routes.split('\n').filter((line) => !line.includes(` dev ${ownLink} `))
  const range = rangeOf(`${block}.0/23`)
  return !takenRanges(others.join('\n')).some(({ from, to }) => range.from <= to && from <= range.to)
}

interface Range {
  from: number
  to: number
}

/** "broadcast 10.0.0.255 dev eth0 table local …", "10.0.0.0/24 dev eth0 …"; other words in front are kinds of routes. */
function takenRanges(routes: string): Range[] {
  return routes.split('\n').flatMap((line) => {
    const prefix = /^(?:[a-z]+ )?(\d+\.\d+\.\d+\.\d+(?:\/\d+)?) /.exec(`${line} `)?.[1]
    return prefix === undefined || prefix.endsWith('/0') ? [] : [rangeOf(prefix)]
  })
}

function rangeOf(cidr: string): Range {
  const [address = '', bits = '32'] = cidr.split('/')
  const value = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  const size = 2 ** (32 - Number(bits))
  const from = Math.floor(value / size) * size
  return { from, to: from + size - 1 }
}
