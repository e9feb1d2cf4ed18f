/**
 * What people paste as a checksum: the bare digest, "sha256:…", or a whole line of the list that lies beside the image, in
 * either of the usual forms ("digest  file" and "SHA256 (file) = digest").
 */
import { checksumSchema } from '@berth/core/image/image'

export type ChecksumReading =
  { kind: 'none' } | { kind: 'checksum'; checksum: string } | { kind: 'unclear'; reason: string }

/** `fileName`: of the address, to find its line in a pasted list. */
export function readChecksum(text: string, fileName: string | null): ChecksumReading {
  if (text.trim() === '') return { kind: 'none' }
  const lines = text.split('\n').filter((line) => digestOf(line) !== null)
  const wanted = lines.length > 1 && fileName !== null ? lines.filter((line) => line.includes(fileName)) : lines
  if (wanted.length > 1 || (lines.length > 1 && wanted.length === 0)) {
    return { kind: 'unclear', reason: 'This list has several digests. Keep the line of the image.' }
  }
  const digest = digestOf(wanted[0] ?? '')
  if (digest === null) {
    return { kind: 'unclear', reason: 'Paste a SHA-256 (64 hexadecimal digits) or SHA-512 (128) digest.' }
  }
  const checksum = `${digest.length === 64 ? 'sha256' : 'sha512'}:${digest}`
  return checksumSchema.safeParse(checksum).success
    ? { kind: 'checksum', checksum }
    : { kind: 'unclear', reason: 'This is no digest.' }
}

function digestOf(line: string): string | null {
  const found = /(?<![0-9a-f])([0-9a-f]{128}|[0-9a-f]{64})(?![0-9a-f])/i.exec(line)?.[1]
  return found?.toLowerCase() ?? null
}

/** The last part of an address's path, or null where it has none. */
export function fileNameOf(url: string): string | null {
  return (
    URL.parse(url)
      ?.pathname.split('/')
      .findLast((part) => part !== '') ?? null
  )
}
