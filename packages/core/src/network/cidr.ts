/** Subnets in CIDR form, of either family. Pure; also in the browser. */
import { z } from 'zod'

interface Subnet {
  /** Of its first address, as a number. */
  readonly base: bigint
  readonly prefix: number
  /** Bits of an address: 32 or 128. */
  readonly width: number
}

const widthOf = (address: string): number => (address.includes(':') ? 128 : 32)

/** An address as the number that it is; undefined for anything else. An IPv6 zone ("%eth0") is left out. */
function numberOf(address: string): bigint | undefined {
  if (z.ipv4().safeParse(address).success) return fromGroups(address.split('.').map(Number), 8)
  const [bare = ''] = address.split('%')
  if (!z.ipv6().safeParse(bare).success) return undefined
  const [head = '', tail] = withoutDots(bare).split('::')
  const left = groupsOf(head)
  const right = groupsOf(tail ?? '')
  const gap = tail === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => 0)
  return fromGroups([...left, ...gap, ...right], 16)
}

const groupsOf = (text: string): number[] =>
  text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))

/** "::ffff:10.0.0.1" by its last two groups. */
function withoutDots(address: string): string {
  const [, head = '', dotted = ''] = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address) ?? []
  if (dotted === '') return address
  const [a = 0, b = 0, c = 0, d = 0] = dotted.split('.').map(Number)
  return `${head}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
}

const fromGroups = (groups: readonly number[], bits: number): bigint =>
  groups.reduce((sum, group) => (sum << BigInt(bits)) | BigInt(group), 0n)

function subnetOf(cidr: string): Subnet | undefined {
  const [, address = '', digits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(cidr) ?? []
  const [base, prefix, width] = [numberOf(address), Number(digits), widthOf(address)]
  if (digits === '' || base === undefined || prefix > width) return undefined
  const host = BigInt(width - prefix)
  return { base: (base >> host) << host, prefix, width }
}

/** False for what is no subnet or no address, and across the families. */
export function cidrHolds(cidr: string, address: string): boolean {
  const subnet = subnetOf(cidr)
  const number = numberOf(address)
  if (subnet === undefined || number === undefined || widthOf(address) !== subnet.width) return false
  return number >> BigInt(subnet.width - subnet.prefix) === subnet.base >> BigInt(subnet.width - subnet.prefix)
}

/** Any subnet but that of everything: "10.77.0.0/24", "fd00:77::/64". */
export const cidrSchema = z
  .string()
  .trim()
  .toLowerCase()
  .max(50)
  .refine((text) => {
    const subnet = subnetOf(text)
    return subnet !== undefined && subnet.prefix > 0
  }, 'Use a subnet such as 10.77.0.0/24 or fd00:77::/64.')
