import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FrameSlabs, frameBytes } from './large-reads.ts'

function frame(payloadBytes: number, fill: number): Buffer {
  const head = [0x82, 0x80 | (payloadBytes < 126 ? payloadBytes : payloadBytes < 65_536 ? 126 : 127)]
  const length = Buffer.alloc(payloadBytes < 126 ? 0 : payloadBytes < 65_536 ? 2 : 8)
  if (length.length === 2) length.writeUInt16BE(payloadBytes)
  if (length.length === 8) length.writeBigUInt64BE(BigInt(payloadBytes))
  return Buffer.concat([Buffer.from(head), length, Buffer.alloc(4, 7), Buffer.alloc(payloadBytes, fill)])
}

describe('frame slabs', () => {
  it('knows a frame by its head, and asks for more while it does not', () => {
    for (const payloadBytes of [0, 125, 126, 65_535, 65_536, 300_000]) {
      const whole = frame(payloadBytes, 1)
      const headBytes = whole.length - payloadBytes
      expect(frameBytes(whole)).toBe(whole.length)
      expect(frameBytes(whole.subarray(0, headBytes - 4))).toBe(whole.length)
      expect(frameBytes(whole.subarray(0, headBytes - 5))).toBeUndefined()
    }
    expect(frameBytes(Buffer.from([0x89, 3, 1, 2, 3]))).toBe(5)
  })

  it('gives out every byte once and in order, in whole frames, however they are cut', () => {
    const payload = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 400_000 }))
    const reads = fc.array(fc.integer({ min: 1, max: 262_144 }), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(fc.array(payload, { maxLength: 12 }), reads, (payloads, sizes) => {
        const sent = Buffer.concat(payloads.map((bytes, index) => frame(bytes, index + 1)))
        const slabs = new FrameSlabs()
        const pieces: Buffer[] = []
        for (let at = 0, turn = 0; at < sent.length; turn++) {
          const room = slabs.room()
          const bytes = Math.min(sizes[turn % sizes.length] ?? 1, room.length, sent.length - at)
          room.set(sent.subarray(at, at + bytes))
          pieces.push(Buffer.from(slabs.take(bytes)))
          at += bytes
        }
        expect(Buffer.concat(pieces).equals(sent)).toBe(true)
        const ends = pieces.filter((piece) => piece.length > 0).map((piece) => frameBytes(piece))
        if (payloads.every((bytes) => bytes < 100_000)) expect(ends.every((end) => end !== undefined)).toBe(true)
      }),
      { numRuns: 200 },
    )
  })

  it('leaves what was given out alone until almost three megabytes later', () => {
    const slabs = new FrameSlabs()
    const first = frame(40_000, 1)
    slabs.room()
    let passed = 0
    let piece: Buffer = Buffer.alloc(0)
    for (let turn = 0; passed < 2_700_000; turn++) {
      const whole = turn === 0 ? first : frame(60_000, 2)
      slabs.room().set(whole)
      const given = slabs.take(whole.length)
      if (turn === 0) piece = given
      else passed += given.length
    }
    expect(piece.equals(first)).toBe(true)
  })
})
