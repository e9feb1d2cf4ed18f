import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { headerBytes, inspectImageHeader } from './image-header.ts'

const fileBytes = 1 << 20

/** A clean qcow2 v3 header for a 1 GiB disk with 64 KiB clusters, its L1 table at 192 KiB. */
function qcow2(change: (head: Buffer) => void = () => undefined): Buffer {
  const head = Buffer.alloc(headerBytes)
  head.writeUInt32BE(0x514649fb, 0)
  head.writeUInt32BE(3, 4)
  head.writeUInt32BE(16, 20)
  head.writeBigUInt64BE(2n ** 30n, 24)
  head.writeUInt32BE(2, 36)
  head.writeBigUInt64BE(0x30000n, 40)
  head.writeUInt32BE(104, 100)
  change(head)
  return head
}

const codeOf = (head: Buffer, bytes = fileBytes): string => {
  try {
    inspectImageHeader(head, bytes)
    return 'accepted'
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'other'
  }
}

const text = (magic: string, at = 0): Buffer => {
  const head = Buffer.alloc(1024)
  head.write(magic, at, 'latin1')
  return head
}

/** As mkisofs writes it: an empty or a hybrid's first 32 kB, then the primary volume descriptor. */
function iso(change: (head: Buffer) => void = () => undefined): Buffer {
  const head = Buffer.alloc(headerBytes)
  head[0x8000] = 1
  head.write('CD001', 0x8001, 'latin1')
  head.writeUInt32LE(fileBytes / 2048, 0x8050)
  head.writeUInt16LE(2048, 0x8080)
  change(head)
  return head
}

describe('inspectImageHeader', () => {
  it('knows a disc by its descriptor, also one that boots as a disk too', () => {
    const expected = { kind: 'iso', format: 'raw', virtualBytes: fileBytes }
    expect(inspectImageHeader(iso(), fileBytes)).toEqual(expected)
    expect(
      inspectImageHeader(
        iso((head) => head.writeUInt16LE(0xaa55, 510)),
        fileBytes,
      ),
    ).toEqual(expected)
  })

  it('refuses what is a disc and something else', () => {
    expect(codeOf(iso((head) => qcow2().copy(head, 0, 0, 112)))).toBe('IMAGE_UNSAFE')
    expect(codeOf(iso((head) => head.write('KDMV', 0, 'latin1')))).toBe('IMAGE_FORMAT_UNSUPPORTED')
  })

  it('refuses a disc that is longer than its file, or begins with another descriptor', () => {
    expect(codeOf(iso(), fileBytes - 2048)).toBe('IMAGE_CORRUPT')
    expect(codeOf(iso((head) => head.fill(0, 0x8000, 0x8001)))).toBe('IMAGE_CORRUPT')
    expect(codeOf(iso().subarray(0, 0x8100))).toBe('IMAGE_CORRUPT')
  })

  it('accepts a clean qcow2 and a raw disk', () => {
    expect(inspectImageHeader(qcow2(), fileBytes)).toEqual({ kind: 'disk', format: 'qcow2', virtualBytes: 2 ** 30 })
    expect(inspectImageHeader(Buffer.alloc(512), 4096)).toEqual({ kind: 'disk', format: 'raw', virtualBytes: 4096 })
  })

  it.each([
    ['a backing file', qcow2((h) => h.writeBigUInt64BE(0x1000n, 8))],
    ['a backing file by its length alone', qcow2((h) => h.writeUInt32BE(11, 16))],
    ['a data file by its feature bit', qcow2((h) => h.writeBigUInt64BE(4n, 72))],
    ['a backing format extension', qcow2((h) => h.writeUInt32BE(0xe2792aca, 104))],
    [
      'a data file extension after another one',
      qcow2((h) => {
        h.writeUInt32BE(0x6803f857, 104)
        h.writeUInt32BE(5, 108)
        h.writeUInt32BE(0x44415441, 120)
      }),
    ],
  ])('refuses %s', (_name, head) => {
    expect(codeOf(head)).toBe('IMAGE_UNSAFE')
  })

  it.each([
    ['an empty file', Buffer.alloc(0), 0],
    ['a cut-off header', qcow2().subarray(0, 80), 80],
    ['absurd clusters', qcow2((h) => h.writeUInt32BE(40, 20)), fileBytes],
    ['8 EiB', qcow2((h) => h.writeBigUInt64BE(2n ** 63n, 24)), fileBytes],
    ['an L1 bomb', qcow2((h) => h.writeUInt32BE(0x7fffffff, 36)), fileBytes],
    ['an L1 table behind the end', qcow2((h) => h.writeBigUInt64BE(2n ** 40n, 40)), fileBytes],
    ['the corrupt bit', qcow2((h) => h.writeBigUInt64BE(2n, 72)), fileBytes],
    ['a raw disk that is not whole sectors', Buffer.alloc(512), 4097],
  ])('finds %s corrupt', (_name, head, bytes) => {
    expect(codeOf(head, bytes)).toBe('IMAGE_CORRUPT')
  })

  it.each([
    ['VMDK', text('KDMV')],
    ['a VMDK descriptor', text('# Disk DescriptorFile\n')],
    ['VHDX', text('vhdxfile')],
    ['VDI', text('\x7f\x10\xda\xbe', 0x40)],
    ['LUKS', text('LUKS\xba\xbe')],
    ['gzip', text('\x1f\x8b')],
    ['a web page', text('<!DOCTYPE html>')],
    ['qcow2 version 1', qcow2((h) => h.writeUInt32BE(1, 4))],
    ['encryption', qcow2((h) => h.writeUInt32BE(2, 32))],
    ['unknown features', qcow2((h) => h.writeBigUInt64BE(1n << 40n, 72))],
  ])('does not take %s', (_name, head) => {
    expect(codeOf(head)).toBe('IMAGE_FORMAT_UNSUPPORTED')
  })

  it('never throws anything but its own errors, whatever the bytes', () => {
    const bytes = fc.uint8Array({ minLength: 0, maxLength: 300 })
    fc.assert(
      fc.property(bytes, fc.boolean(), (random, looksLikeQcow2) => {
        const head = Buffer.from(random)
        if (looksLikeQcow2 && head.length > 4) head.writeUInt32BE(0x514649fb, 0)
        expect(codeOf(head, head.length)).not.toBe('other')
      }),
    )
  })
})
