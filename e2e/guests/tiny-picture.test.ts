import { expect, test } from 'vitest'
import { pictureColourAt, pictureColours, pictureMismatches, type Rgb } from './tiny-picture.ts'

const size = { width: 720, height: 400 }

test('blocks lie in reading order with black below the fourth row', () => {
  expect(pictureColourAt(179, 95, size)).toEqual(pictureColours[0])
  expect(pictureColourAt(180, 95, size)).toEqual(pictureColours[1])
  expect(pictureColourAt(0, 96, size)).toEqual(pictureColours[4])
  expect(pictureColourAt(719, 383, size)).toEqual([255, 255, 255])
  expect(pictureColourAt(719, 384, size)).toEqual([0, 0, 0])
})

test('a screen off by the DAC is the picture, one with two blocks swapped or mirrored is not', () => {
  const bent = (x: number, y: number): Rgb => {
    const [red, green, blue] = pictureColourAt(x, y, size)
    return [Math.max(0, red - 2), Math.max(0, green - 2), Math.max(0, blue - 2)]
  }
  expect(pictureMismatches(size, bent)).toEqual([])
  expect(pictureMismatches(size, (x, y) => bent(x, y < 96 ? y + 96 : y)).length).toBeGreaterThan(100)
  expect(pictureMismatches(size, (x, y) => bent(719 - x, y)).length).toBeGreaterThan(500)
})
