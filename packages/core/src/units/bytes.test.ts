import { expect, it } from 'vitest'
import { GiB, MiB, formatBytes } from './bytes.ts'

it.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [512 * MiB, '512 MiB'],
  [1.5 * GiB, '1.5 GiB'],
  [2 ** 53, '8 PiB'],
])('%d is %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text)
})
