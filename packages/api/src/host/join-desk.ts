/**
 * What join tokens are made of. A token's secret is derived from its id under a key of the installation, which lies in a file
 * beside the database: a dump of the database alone lets nobody in, and any panel of this installation knows the secret.
 */
import { createHmac, randomBytes, X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { formatJoinToken } from '@berth/core/agent-contract/join'
import { readOrMakeSecretFile } from '../auth/secret-files.ts'
import { fingerprintOf, openCertificateAuthority } from './certificate-authority.ts'

export interface JoinDesk {
  /** Of any id, also of one that was never given out: what is proven with it says nothing until the row is found. */
  secretOf(tokenId: string): string
  /** The whole token, as it is pasted. */
  tokenOf(tokenId: string): string
}

export async function openJoinDesk(dataDir: string): Promise<JoinDesk> {
  const { caPem } = await openCertificateAuthority(dataDir)
  const caFingerprint = fingerprintOf(new X509Certificate(caPem).raw)
  const path = join(dataDir, 'secrets', 'join-key')
  const key = Buffer.from(await readOrMakeSecretFile(path, () => randomBytes(32).toString('base64')), 'base64')
  const secretOf = (tokenId: string): string => createHmac('sha256', key).update(tokenId).digest('base64url')
  return {
    secretOf,
    tokenOf: (tokenId) => formatJoinToken({ tokenId, secret: secretOf(tokenId), caFingerprint }),
  }
}
