/**
 * What a machine should be. Owned by the panel's database, with a revision per change; the agent keeps the last one it
 * was given on disk and starts from it, so that a host starts its machines without a panel.
 */
import { z } from 'zod'
import { firmwareSchema } from '../image/image.ts'
import { nicSpecSchema } from '../network/network.ts'
import { cdromSpecSchema } from '../storage/cdrom.ts'
import { diskSpecSchema } from '../storage/volume.ts'
import { cloudInitSchema } from './cloud-init.ts'
import { vmLimits } from './vm-limits.ts'
import { vmNameSchema } from './vm-name.ts'

export const vcpusSchema = z.int().min(vmLimits.vcpus.min).max(vmLimits.vcpus.max)
export const memoryBytesSchema = z
  .int()
  .min(vmLimits.memoryBytes.min)
  .max(vmLimits.memoryBytes.max)
  .multipleOf(vmLimits.memoryBytes.multipleOf)
export const tagSchema = z
  .string()
  .trim()
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{N} ._:/-]*$/u,
    'A tag begins with a letter or digit, and has letters, digits, spaces and . _ : / - only.',
  )
  .max(vmLimits.tags.length, `A tag has ${vmLimits.tags.length} characters at most.`)

/** `desiredPower` is what the host restores after its own reboot: a machine that was on comes back once. */
export const desiredPowerSchema = z.enum(['on', 'off'])

export const vmSpecSchema = z.strictObject({
  name: vmNameSchema,
  vcpus: vcpusSchema,
  memoryBytes: memoryBytesSchema,
  firmware: firmwareSchema,
  /** Pinned ("pc-q35-7.2"), never an alias: both ends of a move, and the machine after an upgrade, must agree. */
  machineType: z.string().regex(/^[a-z0-9.-]{1,40}$/),
  hasScreen: z.boolean(),
  disks: z.array(diskSpecSchema).min(1).max(vmLimits.disks.max),
  /** Null: no drive, as machines have that were made before there were any; it comes with the first disc. */
  cdrom: cdromSpecSchema.nullable().default(null),
  nics: z.array(nicSpecSchema).max(vmLimits.nics.max),
  cloudInit: cloudInitSchema.nullable(),
  desiredPower: desiredPowerSchema,
})
export type VmSpec = z.infer<typeof vmSpecSchema>
