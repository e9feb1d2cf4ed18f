import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { SerialHistory } from './serial-history.ts'

const segmentBytes = 64

function tempFolder() {
  const path = mkdtempSync(join(tmpdir(), 'berth-serial-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) }
}

const byteAt = (offset: number): number => offset % 251

function readAll(history: SerialHistory): Map<number, number> {
  const found = new Map<number, number>()
  let position = 0
  for (;;) {
    const { offset, data } = history.read(position, 23)
    if (data.length === 0) return found
    data.forEach((byte, index) => found.set(offset + index, byte))
    position = offset + data.length
  }
}

it('keeps the first and the last segments at their offsets, whatever the pieces, and over restarts', () => {
  const pieces = fc.array(fc.record({ bytes: fc.integer({ min: 0, max: 200 }), restarts: fc.boolean() }), {
    maxLength: 20,
  })
  fc.assert(
    fc.property(pieces, (steps) => {
      using folder = tempFolder()
      let history = new SerialHistory(folder.path, segmentBytes)
      let end = 0
      for (const step of steps) {
        const start = end
        history.append(Buffer.from(Array.from({ length: step.bytes }, (_, index) => byteAt(start + index))))
        end += step.bytes
        if (!step.restarts) continue
        history.close()
        history = new SerialHistory(folder.path, segmentBytes)
      }
      expect(history.end).toBe(end)
      const found = readAll(history)
      for (const [offset, byte] of found) expect(byte).toBe(byteAt(offset))
      for (let offset = 0; offset < Math.min(end, segmentBytes); offset++) expect(found.has(offset)).toBe(true)
      for (let offset = Math.max(0, end - segmentBytes); offset < end; offset++) expect(found.has(offset)).toBe(true)
      expect(history.extent).toEqual({ bytes: found.size, droppedBytes: end - found.size })
      history.close()
      expect(readdirSync(folder.path).length).toBeLessThanOrEqual(3)
    }),
  )
})

it('goes on behind what the machine said on another host, and keeps first and last of both', () => {
  const sizes = fc.integer({ min: 0, max: 300 })
  fc.assert(
    fc.property(fc.array(fc.record({ there: sizes, after: sizes }), { minLength: 1, maxLength: 6 }), (moves) => {
      const folders = [tempFolder()]
      let history = new SerialHistory(folders[0]?.path ?? '', segmentBytes)
      let end = 0
      const say = (bytes: number): Buffer => {
        const said = Buffer.from(Array.from({ length: bytes }, (_, index) => byteAt(end + index)))
        end += bytes
        return said
      }
      history.append(say(100))
      for (const { there, after } of moves) {
        const folder = tempFolder()
        folders.push(folder)
        const next = new SerialHistory(folder.path, segmentBytes)
        next.append(say(there))
        const before = end - there
        expect(next.precede(history.pieces())).toBe(before)
        history.close()
        history = next
        history.append(say(after))
      }
      expect(history.end).toBe(end)
      const found = readAll(history)
      for (const [offset, byte] of found) expect(byte).toBe(byteAt(offset))
      for (let offset = 0; offset < segmentBytes; offset++) expect(found.has(offset)).toBe(true)
      for (let offset = Math.max(0, end - segmentBytes); offset < end; offset++) expect(found.has(offset)).toBe(true)
      history.close()
      for (const folder of folders) folder[Symbol.dispose]()
    }),
  )
})
