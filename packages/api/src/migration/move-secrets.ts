/** The token and the key of one move, made from its id under a key of the installation. */
import { hashSecret } from '../auth/bearer-secret.ts'
import type { SecretBox } from '../auth/secret-box.ts'
import type { MoveSecrets } from '../workflows/ports.ts'

export function moveSecretsOf(box: SecretBox, operationId: string): MoveSecrets {
  const token = box.derive(`move-token:${operationId}`)
  return { token, tokenHash: hashSecret(token), tlsKey: box.derive(`move-tls-key:${operationId}`) }
}
