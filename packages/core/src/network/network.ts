/** Networks as machines see them. `user` is QEMU's own user-mode stack; `nat` a bridge on the host with DHCP and NAT. */
import { z } from 'zod'
import { networkIdSchema, nicIdSchema } from '../ids/ids.ts'

/** A locally administered unicast MAC in QEMU's customary range, lower case with colons. */
export const macSchema = z
  .string()
  .regex(/^[0-9a-f][26ae0](:[0-9a-f]{2}){5}$/, 'Use a unicast MAC such as 52:54:00:12:34:56.')

/** An IPv4 subnet in CIDR form, its first address being the bridge's own: "10.90.0.1/24". */
export const ipv4CidrSchema = z.cidrv4()

export const networkConfigSchema = z.discriminatedUnion('kind', [
  z.strictObject({ networkId: networkIdSchema, kind: z.literal('user') }),
  z.strictObject({ networkId: networkIdSchema, kind: z.literal('nat'), gatewayCidr: ipv4CidrSchema }),
])
export type NetworkConfig = z.infer<typeof networkConfigSchema>

export const nicSpecSchema = z.strictObject({ nicId: nicIdSchema, mac: macSchema, network: networkConfigSchema })
export type NicSpec = z.infer<typeof nicSpecSchema>

export const networkViewSchema = z.object({
  networkId: networkIdSchema,
  name: z.string(),
  kind: z.enum(['user', 'nat']),
  gatewayCidr: z.string().nullable(),
  description: z.string(),
})
export type NetworkView = z.infer<typeof networkViewSchema>

/**
 * A MAC for a NIC, taken from the end of its id (the random part of a UUIDv7), under QEMU's prefix 52:54:00.
 * 24 bits: unique enough within one host's networks; the panel still checks the table.
 */
export function macOfNic(nicId: string): string {
  const tail = nicId.replaceAll('-', '').slice(-6)
  return `52:54:00:${tail.slice(0, 2)}:${tail.slice(2, 4)}:${tail.slice(4, 6)}`
}
