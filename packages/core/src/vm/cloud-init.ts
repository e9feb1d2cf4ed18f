import { z } from 'zod'
import { vmLimits } from './vm-limits.ts'

const userNamePattern = /^[a-z_][a-z0-9_-]{0,31}$/
const sshKeyPattern =
  /^(ssh-(rsa|ed25519)|ecdsa-sha2-nistp(256|384|521)|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com) [A-Za-z0-9+/=]+( .*)?$/

export const sshKeySchema = z
  .string()
  .trim()
  .max(8192)
  .regex(
    sshKeyPattern,
    'This is not an OpenSSH public key (it starts with "ssh-ed25519", "ssh-rsa" or "ecdsa-sha2-…").',
  )

/**
 * What cloud-init is told on a machine's first boot, as a NoCloud disc. `password` is a secret: it goes to the disc and
 * nowhere else, so the panel keeps it encrypted and never returns it. `userData`, where given, replaces the generated
 * user-data and must be a #cloud-config or a script.
 */
export const cloudInitSchema = z.strictObject({
  user: z.string().regex(userNamePattern, 'Use a Unix user name: lower-case letters, digits, "_" and "-".').optional(),
  sshKeys: z.array(sshKeySchema).max(50).default([]),
  password: z.string().min(1).max(256).optional(),
  userData: z
    .string()
    .max(vmLimits.userDataBytes.max)
    .refine((text) => text.startsWith('#'), 'User data starts with "#cloud-config" or "#!".')
    .optional(),
})
export type CloudInit = z.infer<typeof cloudInitSchema>
