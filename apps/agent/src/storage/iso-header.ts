/** Knows an ISO 9660 disc by its primary volume descriptor (ECMA-119, 8.4), in sector 16. Pure: it reads a buffer. */
import { AppError } from '@berth/core/errors/app-error'
import { formatBytes } from '@berth/core/units/bytes'

const descriptorOffset = 16 * 2048
const magic = Buffer.from('CD001', 'latin1')

/** Whether the file that begins with `head` has the mark of a disc, whatever else it is besides. */
export function hasIsoMark(head: Buffer): boolean {
  const at = descriptorOffset + 1
  return head.length >= at + magic.length && head.subarray(at, at + magic.length).equals(magic)
}

/** Throws IMAGE_CORRUPT for a disc that says it is longer than the file: a download that broke off. */
export function requireWholeIso(head: Buffer, fileBytes: number): void {
  if (head.length < descriptorOffset + 2048) throw new AppError('IMAGE_CORRUPT', 'The disc ends in its first sectors.')
  const descriptor = head.subarray(descriptorOffset)
  // Type 1 stands first on every disc; another one there is no disc that a guest could read.
  if (descriptor[0] !== 1) throw new AppError('IMAGE_CORRUPT', 'The disc has no primary volume descriptor.')
  const discBytes = descriptor.readUInt32LE(80) * descriptor.readUInt16LE(128)
  if (discBytes <= fileBytes) return
  throw new AppError(
    'IMAGE_CORRUPT',
    `The disc is ${formatBytes(discBytes)} long, the file ends after ${formatBytes(fileBytes)}.`,
    { details: { discBytes, fileBytes } },
  )
}
