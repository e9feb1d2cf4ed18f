import { z } from 'zod'

const hostNamePattern = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/**
 * A machine's name: one host name label of RFC 1123, in lower case, because it becomes the guest's host name and a DHCP
 * name. 1 to 63 characters, letters, digits and hyphens, no hyphen at the ends.
 */
export const vmNameSchema = z
  .string()
  .regex(hostNamePattern, 'Use lower-case letters, digits and hyphens, 1 to 63, and no hyphen at the ends.')
  .refine((name) => !/^\d+$/.test(name), 'A name of digits alone is taken for an address; add a letter.')

export function isVmName(name: string): boolean {
  return vmNameSchema.safeParse(name).success
}
