import { createHash } from 'node:crypto'

/** What `ssh-keygen -l` prints for an OpenSSH public key: "SHA256:" and the digest of its blob in base64, unpadded. */
export function sshFingerprint(publicKey: string): string {
  const blob = Buffer.from(publicKey.split(' ')[1] ?? '', 'base64')
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`
}
