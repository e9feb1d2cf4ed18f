import { expect, test } from 'vitest'
import { requireFreeSpace, shortageOf } from './disk-space.ts'

const gibibyte = 1024 ** 3

test('the shortage is said in numbers', () => {
  expect(shortageOf(gibibyte, gibibyte)).toBeUndefined()
  expect(shortageOf(300.7 * 1024 ** 2, gibibyte)).toBe('300 MiB are free, 1024 MiB are needed')
})

test('a folder that does not exist yet is measured by its parent', async () => {
  await requireFreeSpace('/tmp/berth-not-there/deeper', { bytes: 1, purpose: 'a test' })
  await expect(requireFreeSpace('/tmp/berth-not-there/deeper', { bytes: 1e18, purpose: 'a test' })).rejects.toThrow(
    /^The disk of \/tmp is full: \d+ MiB are free, \d+ MiB are needed for a test\.$/,
  )
})
