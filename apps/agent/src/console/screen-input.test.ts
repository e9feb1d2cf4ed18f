import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ScreenInput } from './screen-input.ts'

const bytes = (...parts: (string | number | Buffer)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.from([part]) : Buffer.from(part))))
const zeros = (count: number): Buffer => Buffer.alloc(count)

const greeting = bytes('RFB 003.008\n', 1, 1)
const encodings = bytes(2, 0, 0, 3, zeros(12))
const request = bytes(3, 1, zeros(8))
const press = bytes(4, 1, zeros(2), 0, 0, 0xff, 0xe1)
const release = bytes(4, 0, zeros(2), 0, 0, 0xff, 0xe1)
const extendedPress = bytes(255, 0, 0, 1, zeros(4), 0, 0, 0, 0x2a)
const extendedRelease = bytes(255, 0, 0, 0, zeros(4), 0, 0, 0, 0x2a)
const drag = bytes(5, 1, 0, 10, 0, 20)
const dropped = bytes(5, 0, 0, 10, 0, 20)
const clipboard = bytes(6, zeros(3), 0, 0, 0x10, 0, zeros(0x1000))
const extendedClipboard = bytes(6, zeros(3), 0xff, 0xff, 0xff, 0xfc, zeros(4))
const resize = bytes(251, 0, zeros(4), 2, 0, zeros(32))
const pixelFormat = bytes(0, zeros(19))
const audioFormat = bytes(255, 1, 0, 2, zeros(6))
const audioOn = bytes(255, 1, 0, 0)
const fence = bytes(248, zeros(3), zeros(4), 3, zeros(3))
const updates = bytes(150, 1, zeros(8))

const plain = [encodings, request, pixelFormat, audioFormat, audioOn, fence, updates]
const inputs = [press, extendedPress, drag, clipboard, extendedClipboard, resize]

/** Hands it on in pieces of these lengths; what is left over in one. */
function takeAll(input: ScreenInput, stream: Buffer, cuts: readonly number[]): Buffer {
  const passed: Buffer[] = []
  let at = 0
  for (const cut of [...cuts, stream.length]) {
    const piece = stream.subarray(at, at + cut)
    at += piece.length
    if (piece.length > 0) passed.push(...input.take(piece))
  }
  return Buffer.concat(passed)
}

describe('what a viewer sends to a screen', () => {
  const messages = fc.array(fc.constantFrom(...plain, ...inputs), { maxLength: 30 })
  const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 })

  it('passes unchanged while he may type, however it is cut', () => {
    fc.assert(
      fc.property(messages, cuts, (sent, lengths) => {
        const stream = Buffer.concat([greeting, ...sent])
        expect(takeAll(new ScreenInput(), stream, lengths).equals(stream)).toBe(true)
      }),
    )
  })

  it('loses keys, pointer, clipboard and sizes while he only watches, and nothing else', () => {
    fc.assert(
      fc.property(messages, cuts, (sent, lengths) => {
        const input = new ScreenInput()
        input.allow(false)
        const kept = sent.filter((message) => plain.includes(message))
        const passed = takeAll(input, Buffer.concat([greeting, ...sent]), lengths)
        expect(passed.equals(Buffer.concat([greeting, ...kept]))).toBe(true)
      }),
    )
  })

  it.each(['RFB 003.003\n', 'RFB 003.007\n'])('is understood behind the greeting %j', (version) => {
    const input = new ScreenInput()
    input.allow(false)
    const hello = version.includes('003\n') ? bytes(version, 1) : bytes(version, 1, 1)
    expect(takeAll(input, bytes(hello, press, request), [])).toEqual(bytes(hello, request))
  })

  it('is let go of where something was pressed, once', () => {
    const input = new ScreenInput()
    takeAll(input, bytes(greeting, press, extendedPress, drag), [])
    expect(Buffer.concat(input.allow(false))).toEqual(bytes(release, extendedRelease, dropped))
    expect(input.allow(true)).toEqual([])
    expect(input.allow(false)).toEqual([])
    takeAll(input, release, [])
    input.allow(true)
    takeAll(input, bytes(press, release, drag, dropped), [])
    expect(input.allow(false)).toEqual([])
  })

  it('is let go of at the end of a message that was begun', () => {
    const input = new ScreenInput()
    takeAll(input, bytes(greeting, press, clipboard.subarray(0, 100)), [])
    expect(input.allow(false)).toEqual([])
    expect(takeAll(input, bytes(clipboard.subarray(100), drag), [])).toEqual(bytes(clipboard.subarray(100), release))
  })

  it('passes only with the right to type where it is not understood', () => {
    const input = new ScreenInput()
    expect(takeAll(input, bytes(greeting, 77, press), [])).toEqual(bytes(greeting, 77, press))
    input.allow(false)
    expect(takeAll(input, bytes(request, press), [])).toEqual(Buffer.alloc(0))
  })
})
