import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LineFramer, parseJsonLine } from './line-framer.ts'

/** Cuts `bytes` at the given places, whatever they split. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b)
  return [0, ...ends].map((start, index) => bytes.subarray(start, ends[index] ?? bytes.length))
}

describe('LineFramer', () => {
  it('gives back every message, however the stream is cut', () => {
    const message = fc.record({ text: fc.string({ unit: 'binary' }), value: fc.jsonValue({ maxDepth: 2 }) })
    const messages = fc.array(message, { maxLength: 8 })
    fc.assert(
      fc.property(messages, fc.array(fc.nat()), fc.constantFrom('\n', '\r\n', '\n\r\n'), (sent, places, end) => {
        const bytes = Buffer.from(sent.map((message) => JSON.stringify(message) + end).join(''))
        const framer = new LineFramer()
        const received = cut(bytes, places).flatMap((chunk) => framer.push(chunk).map(parseJsonLine))
        expect(received).toEqual(sent.map((message): unknown => JSON.parse(JSON.stringify(message))))
      }),
    )
  })

  it('never cuts a character', () => {
    const bytes = Buffer.from('{"name":"größe 🖥"}\n')
    const framer = new LineFramer()
    const lines = [...bytes].flatMap((byte) => framer.push(Buffer.from([byte])))
    expect(lines.map(parseJsonLine)).toEqual([{ name: 'größe 🖥' }])
  })

  it('refuses a line past its cap, in one piece or in many, and takes one that just fits', () => {
    const tooLong = expect.objectContaining({ code: 'QMP_PROTOCOL' })
    expect(() => new LineFramer(8).push(Buffer.from('123456789'))).toThrow(tooLong)
    const framer = new LineFramer(8)
    expect(framer.push(Buffer.from('12345678\n1234'))).toHaveLength(1)
    expect(() => framer.push(Buffer.from('56789\n'))).toThrow(tooLong)
  })
})

describe('parseJsonLine', () => {
  it.each([['{'], ['\xff\xfe'], ['{}{}']])('refuses %j', (text) => {
    const line = Buffer.from(text, 'latin1')
    expect(() => parseJsonLine(line)).toThrow(expect.objectContaining({ code: 'QMP_PROTOCOL' }))
  })
})
