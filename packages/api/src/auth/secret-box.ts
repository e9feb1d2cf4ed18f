/**
 * Seals what must come back as it was, such as a machine's cloud-init password: AES-256-GCM under a key that lies in a
 * file beside the database, not in it, so that a stolen dump alone opens nothing. Layout: version 1, 12 bytes of nonce,
 * 16 bytes of tag, then the text. `context` binds it to its row: a sealed value that was moved does not open.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { AppError } from '@berth/core/errors/app-error'
import { readOrMakeSecretFile } from './secret-files.ts'

const version = 1
const nonceBytes = 12
const tagBytes = 16

export interface SecretBox {
  seal(text: string, context: string): Uint8Array<ArrayBuffer>
  /** Throws INTERNAL when the value was made under another key or for another context. */
  open(sealed: Uint8Array, context: string): string
  /** A secret of its own for each purpose (HKDF, RFC 5869), always the same one: 32 bytes in lower-case hexadecimal. */
  derive(purpose: string): string
}

/** The box of a data folder; makes `<data>/secrets/seal-key` on first use. */
export async function openSecretBox(dataDir: string): Promise<SecretBox> {
  const path = join(dataDir, 'secrets', 'seal-key')
  const text = await readOrMakeSecretFile(path, () => randomBytes(32).toString('base64'))
  return makeSecretBox(Buffer.from(text, 'base64'))
}

export function makeSecretBox(key: Uint8Array): SecretBox {
  if (key.byteLength !== 32) throw new AppError('INTERNAL', 'The sealing key is not 32 bytes long.')
  return {
    seal(text, context) {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context))
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Uint8Array.from([version, ...nonce, ...cipher.getAuthTag(), ...body])
    },
    open(sealed, context) {
      const bytes = Buffer.from(sealed)
      if (bytes[0] !== version || bytes.byteLength < 1 + nonceBytes + tagBytes) {
        throw new AppError('INTERNAL', 'A sealed value has an unknown form.')
      }
      const nonce = bytes.subarray(1, 1 + nonceBytes)
      const tag = bytes.subarray(1 + nonceBytes, 1 + nonceBytes + tagBytes)
      const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context)).setAuthTag(tag)
      try {
        return decipher.update(bytes.subarray(1 + nonceBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8')
      } catch (error) {
        throw new AppError('INTERNAL', 'A sealed value does not open with this installation’s key.', { cause: error })
      }
    },
    derive: (purpose) => Buffer.from(hkdfSync('sha256', key, '', purpose, 32)).toString('hex'),
  }
}
