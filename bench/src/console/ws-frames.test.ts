import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sum } from '../measure/process-cost.ts'
import { maskedFrame, PayloadCounter } from './ws-frames.ts'

/** An unmasked frame out of a masked one, so that the two halves check each other. */
function serverFrame(payload: Buffer, opcode = 2): Buffer {
  const masked = maskedFrame(payload)
  const head = Buffer.from(masked.subarray(0, masked.length - payload.length - 4))
  head[0] = 0x80 | opcode
  head[1] = (head[1] ?? 0) & 0x7f
  return Buffer.concat([head, payload])
}

describe('ws-frames', () => {
  it('counts the payload however the stream is cut', () => {
    const sizes = fc.array(fc.constantFrom(0, 1, 125, 126, 300, 65_535, 65_536, 70_000), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 9_000 }), (lengths, step) => {
        const stream = Buffer.concat(lengths.map((length) => serverFrame(Buffer.alloc(length, 7))))
        const counter = new PayloadCounter()
        let counted = 0
        for (let at = 0; at < stream.length; at += step) counted += counter.count(stream.subarray(at, at + step))
        expect(counted).toBe(sum(lengths))
      }),
    )
  })

  it('skips text and pings', () => {
    const stream = Buffer.concat([serverFrame(Buffer.from('{"type":"live"}'), 1), serverFrame(Buffer.from('abc'))])
    expect(new PayloadCounter().count(stream)).toBe(3)
  })

  it('masks so that unmasking gives the payload back', () => {
    const payload = Buffer.from('keys typed here')
    const frame = maskedFrame(payload)
    const mask = frame.subarray(2, 6)
    const back = frame.subarray(6).map((byte, i) => byte ^ (mask[i % 4] ?? 0))
    expect(Buffer.from(back).toString()).toBe('keys typed here')
  })
})
