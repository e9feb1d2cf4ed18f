/**
 * Networks as machines see them. `user` is QEMU's own user-mode stack; `nat` a bridge of Berth's on the host with DHCP and
 * NAT; `bridge` a bridge that the host's administrator made, by its name, which is the same on every host that has it.
 */
import { z } from 'zod'
import type { HostFacts } from '../host/host.ts'
import { networkIdSchema, nicIdSchema } from '../ids/ids.ts'

/** A locally administered unicast MAC in QEMU's customary range, lower case with colons. */
export const macSchema = z
  .string()
  .regex(/^[0-9a-f][26ae0](:[0-9a-f]{2}){5}$/, 'Use a unicast MAC such as 52:54:00:12:34:56.')

/** An IPv4 subnet in CIDR form, its first address being the bridge's own: "10.90.0.1/24". */
export const ipv4CidrSchema = z.cidrv4()

/** What the kernel takes for a link (IFNAMSIZ), without what means something to other programs. */
export const hostBridgeSchema = z
  .string()
  .regex(
    /^[A-Za-z][A-Za-z0-9._-]{0,14}$/,
    'A bridge has a name such as br0: a letter, then letters, digits and . _ -, 15 at most.',
  )

export const networkConfigSchema = z.discriminatedUnion('kind', [
  z.strictObject({ networkId: networkIdSchema, kind: z.literal('user') }),
  z.strictObject({ networkId: networkIdSchema, kind: z.literal('nat'), gatewayCidr: ipv4CidrSchema }),
  z.strictObject({ networkId: networkIdSchema, kind: z.literal('bridge'), bridge: hostBridgeSchema }),
])
export type NetworkConfig = z.infer<typeof networkConfigSchema>

export const nicSpecSchema = z.strictObject({ nicId: nicIdSchema, mac: macSchema, network: networkConfigSchema })
export type NicSpec = z.infer<typeof nicSpecSchema>

export const networkViewSchema = z.object({
  networkId: networkIdSchema,
  name: z.string(),
  kind: z.enum(['user', 'nat', 'bridge']),
  gatewayCidr: z.string().nullable(),
  bridge: z.string().nullable(),
  description: z.string(),
  /** Machines with a NIC on it. */
  vmCount: z.int(),
})
export type NetworkView = z.infer<typeof networkViewSchema>

/** What a NIC needs of its host, in one word that can be compared: "user", "nat", "bridge br0". */
export const networkNeed = (network: NetworkConfig): string =>
  network.kind === 'bridge' ? `bridge ${network.bridge}` : network.kind

/** The needs that a host meets. */
export const networksOffered = ({
  networkKinds,
  bridges = [],
}: Pick<HostFacts, 'networkKinds' | 'bridges'>): string[] => [
  ...networkKinds,
  ...bridges.map((bridge) => `bridge ${bridge}`),
]

/**
 * A MAC for a NIC, taken from the end of its id (the random part of a UUIDv7), under QEMU's prefix 52:54:00.
 * 24 bits: unique enough within one host's networks; the panel still checks the table.
 */
export function macOfNic(nicId: string): string {
  const tail = nicId.replaceAll('-', '').slice(-6)
  return `52:54:00:${tail.slice(0, 2)}:${tail.slice(2, 4)}:${tail.slice(4, 6)}`
}
