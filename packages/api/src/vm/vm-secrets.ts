/**
 * What of a machine's spec is secret: it is taken out before the spec is stored, kept sealed beside it, and put back only
 * on the way to the agent.
 */
import { z } from 'zod'
import type { VmSpec } from '@berth/core/vm/vm-spec'
import type { SecretBox } from '../auth/secret-box.ts'

const secretsSchema = z.object({ cloudInitPassword: z.string() })
const contextOf = (vmId: string): string => `vm:${vmId}`

export interface ParkedSpec {
  /** As it is stored and shown. */
  readonly spec: VmSpec
  readonly sealedSecrets: Uint8Array<ArrayBuffer> | null
}

export function parkSecrets(box: SecretBox, vmId: string, full: VmSpec): ParkedSpec {
  if (full.cloudInit?.password === undefined) return { spec: full, sealedSecrets: null }
  const { password, ...cloudInit } = full.cloudInit
  const sealedSecrets = box.seal(JSON.stringify({ cloudInitPassword: password }), contextOf(vmId))
  return { spec: { ...full, cloudInit }, sealedSecrets }
}

/** The spec for the agent. Throws INTERNAL when the seal is not this installation's. */
export function withSecrets(box: SecretBox, vmId: string, parked: ParkedSpec): VmSpec {
  const { spec, sealedSecrets } = parked
  if (sealedSecrets === null || spec.cloudInit === null) return spec
  const secrets = secretsSchema.parse(JSON.parse(box.open(sealedSecrets, contextOf(vmId))))
  return { ...spec, cloudInit: { ...spec.cloudInit, password: secrets.cloudInitPassword } }
}
