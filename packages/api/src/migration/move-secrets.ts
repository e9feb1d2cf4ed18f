/** The token and the key of one move, and of the images that are sent for one operation, made from its id under a key of the installation. */
import { hashSecret } from '../auth/bearer-secret.ts'
import type { SecretBox } from '../auth/secret-box.ts'
import type { MoveSecrets } from '../workflows/ports.ts'

export function imageTokenOf(box: SecretBox, operationId: string): Pick<MoveSecrets, 'token' | 'tokenHash'> {
  const token = box.derive(`image-token:${operationId}`)
  return { token, tokenHash: hashSecret(token) }
}

export function moveSecretsOf(box: SecretBox, operationId: string): MoveSecrets {
  const token = box.derive(`move-token:${operationId}`)
  return { token, tokenHash: hashSecret(token), tlsKey: box.derive(`move-tls-key:${operationId}`) }
}
