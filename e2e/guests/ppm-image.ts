import type { Rgb, ScreenSize } from './tiny-picture.ts'

export interface PpmImage extends ScreenSize {
  colourAt: (x: number, y: number) => Rgb
}

/** Reads what QEMU's screendump writes: binary PPM (P6) with 8 bits a channel. Throws on anything else. */
export function parsePpm(bytes: Buffer): PpmImage {
  const header = /^P6\n(\d+) (\d+)\n255\n/.exec(bytes.subarray(0, 32).toString('latin1'))
  if (header === null) throw new Error('not a binary PPM of 8 bits')
  const width = Number(header[1])
  const height = Number(header[2])
  const pixels = bytes.subarray(header[0].length)
  if (pixels.length !== width * height * 3) throw new Error(`a PPM of ${width}×${height} with ${pixels.length} bytes`)
  return {
    width,
    height,
    colourAt: (x, y) => {
      const at = (y * width + x) * 3
      return [pixels.readUInt8(at), pixels.readUInt8(at + 1), pixels.readUInt8(at + 2)]
    },
  }
}
