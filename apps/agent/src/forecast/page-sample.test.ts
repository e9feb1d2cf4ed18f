import fc from 'fast-check'
import { expect, it } from 'vitest'
import { findGuestMemory, GuestMemory } from './guest-memory.ts'
import { changedShare, pageBytes, pickPages, usedShare } from './page-sample.ts'

const maps = `55d0c0000000-55d0c0400000 r-xp 00000000 fe:01 1234 /usr/bin/qemu-system-x86_64
7f1000000000-7f1004000000 rw-p 00000000 00:00 0
7f1004000000-7f1004001000 ---p 00000000 00:00 0
7f2000000000-7f2004000000 r--p 00000000 00:00 0
`

it('finds the mapping that is as large as the guest’s memory, and can be written', () => {
  const found = { start: 0x7f1000000000, bytes: 64 * 1024 * 1024 }
  expect(findGuestMemory(maps, 64 * 1024 * 1024)).toEqual(found)
  expect(findGuestMemory(maps, 64 * 1024 * 1024 + 65_536)).toEqual(found)
  expect(findGuestMemory(maps, 128 * 1024 * 1024)).toBeUndefined()
})

it('says where it cannot look', async () => {
  await expect(GuestMemory.open(process.pid, 2 ** 45)).rejects.toMatchObject({ code: 'FORECAST_UNAVAILABLE' })
  await expect(GuestMemory.open(2 ** 30, 4096)).rejects.toMatchObject({ code: 'FORECAST_UNAVAILABLE' })
})

it('picks different pages from all over the memory', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3_000_000 }), (pages) => {
      const offsets = pickPages(pages * pageBytes)
      expect(new Set(offsets).size).toBe(offsets.length)
      expect(offsets.length).toBeLessThanOrEqual(16_384)
      expect(offsets.length).toBeGreaterThanOrEqual(Math.min(pages, 4_096))
      expect(offsets).toEqual(offsets.toSorted((a, b) => a - b))
      expect(offsets.at(-1)).toBeLessThan(pages * pageBytes)
      expect(offsets.at(-1)).toBeGreaterThanOrEqual((pages - Math.ceil(pages / offsets.length)) * pageBytes)
    }),
    { numRuns: 30 },
  )
})

it('counts what is not zero, and what is not as it was', () => {
  const zero = 0xc71c0011
  const before = { atMs: 0, sums: Uint32Array.of(zero, zero, 1, 2) }
  const after = { atMs: 1, sums: Uint32Array.of(zero, 5, 1, 3) }
  expect([usedShare(before), usedShare(after)]).toEqual([0.5, 0.75])
  expect(changedShare(before, after)).toBe(0.5)
})
