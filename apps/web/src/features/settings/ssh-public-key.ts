/** Reads an OpenSSH public key as people paste it, and says what is wrong with it before the panel has to. */
import { inputWords } from '@berth/core/errors/input-words'
import { sshKeySchema } from '@berth/core/vm/cloud-init'

export type SshKeyReading =
  { isValid: true; publicKey: string; comment: string; type: string } | { isValid: false; reason: string }

export function readSshKey(text: string): SshKeyReading {
  const key = text.trim()
  if (key === '') return no('Paste a public key.')
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(key)) {
    return no('This is a private key. Keep it to yourself, and paste the file that ends in .pub.')
  }
  if (key.includes('\n')) return no('This is more than one line. Paste one key at a time.')
  const parsed = sshKeySchema.safeParse(key, { error: inputWords })
  if (!parsed.success) return no(parsed.error.issues[0]?.message ?? 'This is no public key.')
  const [type = '', blob = '', ...comment] = parsed.data.split(/\s+/)
  if (typeInside(blob) !== type) return no('The key is damaged: copy the whole line again.')
  return { isValid: true, publicKey: parsed.data, comment: comment.join(' '), type: type.replace(/^ssh-/, '') }
}

const no = (reason: string): SshKeyReading => ({ isValid: false, reason })

/** The blob opens with its own type, as a length in four bytes and the text. Null where it is no such blob. */
function typeInside(blob: string): string | null {
  let bytes: string
  try {
    bytes = atob(blob)
  } catch {
    // Not base64; to the caller the same as any other blob that holds no type.
    return null
  }
  const length = [0, 1, 2, 3].reduce((sum, index) => sum * 256 + bytes.charCodeAt(index), 0)
  return length > 0 && bytes.length > 4 + length ? bytes.slice(4, 4 + length) : null
}
