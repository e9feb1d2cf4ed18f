import { GiB } from '@berth/core/units/bytes'
import { expect, it } from 'vitest'
import { largestRoom, roomFor, totalRoom } from './room-left.ts'

const hosts = [
  { isPossible: true, freeMemoryBytes: 5 * GiB },
  { isPossible: true, freeMemoryBytes: 3 * GiB },
  { isPossible: false, freeMemoryBytes: 64 * GiB },
]

it('counts host by host, and no host that is not possible', () => {
  expect(roomFor(hosts, 2 * GiB)).toBe(3)
  expect(roomFor(hosts, 4 * GiB)).toBe(1)
  expect(roomFor(hosts, 8 * GiB)).toBe(0)
  expect(largestRoom(hosts)).toBe(5 * GiB)
  expect(totalRoom(hosts)).toBe(8 * GiB)
  expect(largestRoom([])).toBe(0)
})
