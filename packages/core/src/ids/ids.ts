/** Branded UUIDv7 ids. The brand keeps a VM's id from being passed where a host's is meant; on the wire they are strings. */
import { z } from 'zod'

const uuidSchema = z.uuid()

export const vmIdSchema = uuidSchema.brand<'VmId'>()
export const hostIdSchema = uuidSchema.brand<'HostId'>()
export const imageIdSchema = uuidSchema.brand<'ImageId'>()
export const volumeIdSchema = uuidSchema.brand<'VolumeId'>()
export const networkIdSchema = uuidSchema.brand<'NetworkId'>()
export const nicIdSchema = uuidSchema.brand<'NicId'>()
export const operationIdSchema = uuidSchema.brand<'OperationId'>()
export const poolIdSchema = uuidSchema.brand<'PoolId'>()

export type VmId = z.infer<typeof vmIdSchema>
export type HostId = z.infer<typeof hostIdSchema>
export type ImageId = z.infer<typeof imageIdSchema>
export type VolumeId = z.infer<typeof volumeIdSchema>
export type NetworkId = z.infer<typeof networkIdSchema>
export type PoolId = z.infer<typeof poolIdSchema>

/**
 * A new UUIDv7 (RFC 9562): 48 bits of Unix milliseconds, then random, so that ids sort by creation.
 * Give it to a schema for the brand: `vmIdSchema.parse(newUuid())`.
 */
export function newUuid(nowMs: number = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  for (let i = 0; i < 6; i++) bytes[i] = Math.floor(nowMs / 2 ** (8 * (5 - i))) % 256
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
