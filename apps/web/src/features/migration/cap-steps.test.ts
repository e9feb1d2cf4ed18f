import { expect, it } from 'vitest'
import { capAt, noCapPosition, positionOf } from './cap-steps.ts'

const MiB = 1024 ** 2

it('each position is a cap, the last is none, and each is found again', () => {
  for (let position = 0; position <= noCapPosition; position++) expect(positionOf(capAt(position))).toBe(position)
  expect([capAt(0), capAt(4), capAt(noCapPosition)]).toEqual([MiB, 16 * MiB, null])
})

it('a cap between two positions stands at the nearer one', () => {
  expect(capAt(positionOf(12.5 * MiB))).toBe(16 * MiB)
  expect(capAt(positionOf(10 * MiB))).toBe(8 * MiB)
  expect(capAt(positionOf(2 ** 50))).toBe(16_384 * MiB)
})
