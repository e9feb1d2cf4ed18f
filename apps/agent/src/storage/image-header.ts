/**
 * Decides from the first bytes of an untrusted file what it is, and refuses what could make a later reader open other
 * files. Pure: it reads a buffer, never the disk.
 *
 * A disk image can name a backing file or an external data file of the host (CVE-2015-5163, CVE-2024-32498), and some
 * formats are little but such names (VMDK descriptors). `qemu-img` follows them when it probes, so nothing may probe
 * before this has looked. A file that is two things at once (a qcow2 with a disc's descriptor in it) would be read as one
 * by one reader and as the other by the next, so it is refused. The layout of the qcow2 header is documented in QEMU's docs/interop/qcow2.
 */
import { AppError } from '@berth/core/errors/app-error'
import type { ImageKind } from '@berth/core/image/image'
import type { DiskFormat } from '@berth/core/storage/volume'
import { hasIsoMark, requireWholeIso } from './iso-header.ts'

/** How many of the file's first bytes `inspectImageHeader` wants: the qcow2 header and its extensions lie in them. */
export const headerBytes = 64 * 1024

export interface ImageHeader {
  kind: ImageKind
  format: DiskFormat
  virtualBytes: number
}

const foreignFormats: readonly (readonly [name: string, offset: number, magic: string | readonly number[]])[] = [
  ['VMDK', 0, 'KDMV'],
  ['VMDK', 0, 'COWD'],
  ['VMDK', 0, '# Disk DescriptorFile'],
  ['VHD', 0, 'conectix'],
  ['VHDX', 0, 'vhdxfile'],
  ['VDI', 0x40, [0x7f, 0x10, 0xda, 0xbe]],
  ['QED', 0, [0x51, 0x45, 0x44, 0x00]],
  ['LUKS', 0, [0x4c, 0x55, 0x4b, 0x53, 0xba, 0xbe]],
  ['Parallels', 0, 'WithoutFreeSpace'],
  ['Parallels', 0, 'WithouFreSpacExt'],
  ['cloop', 0, '#!/bin/sh\n#V2.0'],
  ['DMG', 0, 'koly'],
  ['bochs', 0, 'Bochs Virtual HD Image'],
  ['gzip', 0, [0x1f, 0x8b]],
  ['xz', 0, [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['zstd', 0, [0x28, 0xb5, 0x2f, 0xfd]],
  ['zip', 0, 'PK\x03\x04'],
  ['HTML', 0, '<!DOCTYPE'],
  ['HTML', 0, '<html'],
]

const qcowMagic = 0x514649fb
const maxVirtualBytes = 64 * 2 ** 40
const incompatibleBits = { dirty: 0, corrupt: 1, dataFile: 2, compression: 3, extendedL2: 4 } as const
const backingFormatExtension = 0xe2792aca
const dataFileExtension = 0x44415441
const knownIncompatibleMask = 0b11111n

/**
 * Format and virtual size in bytes of the image that begins with `head` and is `fileBytes` long.
 * Throws IMAGE_UNSAFE, IMAGE_FORMAT_UNSUPPORTED or IMAGE_CORRUPT.
 */
export function inspectImageHeader(head: Buffer, fileBytes: number): ImageHeader {
  if (fileBytes === 0) throw new AppError('IMAGE_CORRUPT', 'The file is empty.')
  const foreign = foreignFormats.find(([, offset, magic]) => startsWith(head, offset, magic))
  if (foreign !== undefined)
    throw new AppError('IMAGE_FORMAT_UNSUPPORTED', `The file is ${foreign[0]}, not qcow2, raw or ISO.`, {
      details: { found: foreign[0] },
    })
  const isQcow2 = head.length >= 4 && head.readUInt32BE(0) === qcowMagic
  if (hasIsoMark(head)) {
    if (isQcow2) throw new AppError('IMAGE_UNSAFE', 'The file is a qcow2 disk and an ISO disc at once.')
    requireWholeIso(head, fileBytes)
    return { kind: 'iso', format: 'raw', virtualBytes: fileBytes }
  }
  if (isQcow2) return inspectQcow2(head, fileBytes)
  if (fileBytes % 512 !== 0)
    throw new AppError('IMAGE_CORRUPT', `A raw disk is a multiple of 512 bytes; this file has ${fileBytes}.`, {
      details: { fileBytes },
    })
  return { kind: 'disk', format: 'raw', virtualBytes: fileBytes }
}

function startsWith(head: Buffer, offset: number, magic: string | readonly number[]): boolean {
  const wanted = typeof magic === 'string' ? Buffer.from(magic, 'latin1') : Buffer.from(magic)
  return head.length >= offset + wanted.length && head.subarray(offset, offset + wanted.length).equals(wanted)
}

function inspectQcow2(head: Buffer, fileBytes: number): ImageHeader {
  if (head.length < 104) throw new AppError('IMAGE_CORRUPT', `The qcow2 header is cut off after ${head.length} bytes.`)
  const version = head.readUInt32BE(4)
  if (version !== 2 && version !== 3)
    throw new AppError('IMAGE_FORMAT_UNSUPPORTED', `qcow2 version ${version} is not supported; 2 and 3 are.`)
  if (head.readBigUInt64BE(8) !== 0n || head.readUInt32BE(16) !== 0) unsafe('a backing file')
  if (head.readUInt32BE(32) !== 0) throw new AppError('IMAGE_FORMAT_UNSUPPORTED', 'The image is encrypted.')
  const clusterBits = head.readUInt32BE(20)
  if (clusterBits < 9 || clusterBits > 21) corrupt('cluster size', 2 ** Math.min(clusterBits, 52))
  const virtualBytes = Number(head.readBigUInt64BE(24))
  if (virtualBytes === 0 || virtualBytes > maxVirtualBytes) corrupt('virtual size', virtualBytes)
  checkL1(head, { virtualBytes, clusterBits, fileBytes })
  if (version === 3) {
    checkFeatures(head)
    checkExtensions(head)
  }
  return { kind: 'disk', format: 'qcow2', virtualBytes }
}

/** The L1 table must lie in the file and be no larger than the virtual size needs, else reading it costs gigabytes. */
function checkL1(head: Buffer, size: { virtualBytes: number; clusterBits: number; fileBytes: number }): void {
  const entries = head.readUInt32BE(36)
  const offset = Number(head.readBigUInt64BE(40))
  const bytesPerEntry = 2 ** (2 * size.clusterBits - 3)
  const needed = Math.ceil(size.virtualBytes / bytesPerEntry)
  // Extended L2 entries halve what one L2 table maps, so twice the plain number is still honest.
  if (entries < needed || entries > 2 * needed + 16) corrupt('L1 table size', entries)
  if (offset + entries * 8 > size.fileBytes) corrupt('L1 table offset', offset)
}

function checkFeatures(head: Buffer): void {
  const features = head.readBigUInt64BE(72)
  if ((features >> BigInt(incompatibleBits.dataFile)) & 1n) unsafe('an external data file')
  if ((features >> BigInt(incompatibleBits.corrupt)) & 1n)
    throw new AppError('IMAGE_CORRUPT', 'The image is marked as corrupt by the program that wrote it.')
  if (features & ~knownIncompatibleMask)
    throw new AppError('IMAGE_FORMAT_UNSUPPORTED', 'The image uses qcow2 features that are not known.', {
      details: { features: `0x${features.toString(16)}` },
    })
}

function checkExtensions(head: Buffer): void {
  let at = head.readUInt32BE(100)
  if (at < 104 || at > head.length) corrupt('header length', at)
  while (at + 8 <= head.length) {
    const type = head.readUInt32BE(at)
    const length = head.readUInt32BE(at + 4)
    if (type === 0) return
    if (type === backingFormatExtension) unsafe('a backing format')
    if (type === dataFileExtension) unsafe('an external data file')
    at += 8 + Math.ceil(length / 8) * 8
  }
}

function unsafe(what: string): never {
  throw new AppError('IMAGE_UNSAFE', `The image names ${what}; only images that stand alone are accepted.`, {
    details: { found: what },
  })
}

function corrupt(field: string, value: number): never {
  throw new AppError('IMAGE_CORRUPT', `The qcow2 header's ${field} cannot be right (${value}).`, {
    details: { field, value },
  })
}
