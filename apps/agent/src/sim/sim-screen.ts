/** The picture of a simulated machine: a text console with lines of some length, in a colour of its own. */
import { crc32, deflateSync } from 'node:zlib'
import { seededRandom, seedOf } from './seeded-random.ts'

export const screenWidth = 640
export const screenHeight = 400

const lineHeight = 16
const letterWidth = 8
const margin = 16

/** Three bytes a pixel, row by row. */
export function screenPixels(vmId: string): Buffer {
  const random = seededRandom(seedOf(vmId))
  const ink = [120 + 100 * random(), 160 + 90 * random(), 120 + 120 * random()].map(Math.floor)
  const pixels = Buffer.alloc(3 * screenWidth * screenHeight, 16)
  const lines = 8 + Math.floor(12 * random())
  for (let line = 0; line < lines; line++) {
    const letters = Math.floor(6 + 60 * random() ** 2)
    for (let letter = 0; letter < letters; letter++) {
      if (random() < 0.16) continue
      drawLetter(pixels, { x: margin + letter * letterWidth, y: margin + line * lineHeight, bits: random(), ink })
    }
  }
  return pixels
}

interface Letter {
  readonly x: number
  readonly y: number
  readonly bits: number
  readonly ink: readonly number[]
}

/** Not to be read: a raster of five by seven that looks like writing from afar. */
function drawLetter(pixels: Buffer, { x, y, bits, ink }: Letter): void {
  let rest = Math.floor(bits * 2 ** 35)
  for (let row = 0; row < 7; row++) {
    for (let column = 0; column < 5; column++) {
      const isInk = rest % 2 === 1
      rest = Math.floor(rest / 2)
      if (isInk) pixels.set(ink, 3 * ((y + row) * screenWidth + x + column))
    }
  }
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

export function screenPng(vmId: string): Buffer {
  const pixels = screenPixels(vmId)
  const rowBytes = 3 * screenWidth
  const rows = Array.from({ length: screenHeight }, (_, row) =>
    Buffer.concat([Buffer.alloc(1), pixels.subarray(row * rowBytes, (row + 1) * rowBytes)]),
  )
  const header = Buffer.alloc(13)
  header.writeUInt32BE(screenWidth, 0)
  header.writeUInt32BE(screenHeight, 4)
  header.set([8, 2], 8)
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data])
  const frame = Buffer.alloc(8 + body.length)
  frame.writeUInt32BE(data.length, 0)
  body.copy(frame, 4)
  frame.writeUInt32BE(crc32(body), 4 + body.length)
  return frame
}
