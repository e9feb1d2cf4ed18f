// The picture that the tiny guest's command `draw` shows (tiny/root/bin/draw): four rows of four blocks in the sixteen
// colours of the VGA palette, in reading order, on a text screen of 16-pixel lines. Blocks are a quarter of the width
// wide and as many whole lines high as four of them fit; what is left below is black. BIOS with std VGA: 720×400, blocks
// of 180×96, 16 black pixels at the bottom. UEFI: 1280×800, blocks of 320×192, 32 black.

export type Rgb = readonly [red: number, green: number, blue: number]
export interface ScreenSize {
  width: number
  height: number
}
export interface PictureSample {
  x: number
  y: number
  colour: Rgb
}

const linePixels = 16
const black: Rgb = [0, 0, 0]

/** Linux's console palette; the text mode's 6-bit DAC may bend a value by up to 3. */
export const pictureColours: readonly Rgb[] = [
  black,
  [170, 0, 0],
  [0, 170, 0],
  [170, 85, 0],
  [0, 0, 170],
  [170, 0, 170],
  [0, 170, 170],
  [170, 170, 170],
  [85, 85, 85],
  [255, 85, 85],
  [85, 255, 85],
  [255, 255, 85],
  [85, 85, 255],
  [255, 85, 255],
  [85, 255, 255],
  [255, 255, 255],
]

/** The colour at a pixel of the machine's screen in its own resolution (a canvas scaled by CSS keeps it inside). */
export function pictureColourAt(x: number, y: number, size: ScreenSize): Rgb {
  const blockHeight = Math.floor(size.height / linePixels / 4) * linePixels
  const row = Math.floor(y / blockHeight)
  const column = Math.floor((x * 4) / size.width)
  return row < 4 ? (pictureColours[row * 4 + column] ?? black) : black
}

/** An even grid of 32×25 pixels to look at: some in every block near its edges, and some in the black below. */
export function pictureSamples(size: ScreenSize): PictureSample[] {
  const samples: PictureSample[] = []
  for (let line = 0; line < 25; line += 1) {
    for (let column = 0; column < 32; column += 1) {
      const x = Math.floor(((column + 0.5) * size.width) / 32)
      const y = Math.floor(((line + 0.5) * size.height) / 25)
      samples.push({ x, y, colour: pictureColourAt(x, y, size) })
    }
  }
  return samples
}

/** The samples at which the screen shows something else; `tolerance` is per channel. Empty: it is the picture. */
export function pictureMismatches(
  size: ScreenSize,
  colourAt: (x: number, y: number) => Rgb,
  tolerance = 8,
): (PictureSample & { found: Rgb })[] {
  return pictureSamples(size)
    .map((sample) => ({ ...sample, found: colourAt(sample.x, sample.y) }))
    .filter(({ colour, found }) =>
      colour.some((value, channel) => Math.abs(value - (found[channel] ?? -1)) > tolerance),
    )
}
