import type { MoveForecast } from '@berth/core/migration/move-forecast'
import { expect, it } from 'vitest'
import {
  adviceText,
  forecastHeadline,
  forecastReasons,
  forecastTag,
  heldAgainst,
  roughDuration,
} from './forecast-words.ts'

const MiB = 1024 ** 2
const exact = (ms: number) => ({ likely: ms, low: ms, high: ms })
const foreseen: MoveForecast = {
  ...{ at: '2026-01-01T00:00:00.000Z', policy: 'pause-if-needed', ends: 'yes' },
  ...{ totalMs: exact(41_237), pauseMs: exact(187), transferredBytes: 0 },
  ...{ passCount: 4, passes: [], throughputBytesPerSecond: 100 * MiB, dirtyBytesPerSecond: 12 * MiB },
}

it.each([
  [7, '7 ms'],
  [187, '190 ms'],
  [4_449, '4.4 s'],
  [41_237, '41 s'],
  [91_400, '1 min 30 s'],
  [133_000, '2 min 10 s'],
  [7_400_000, '2 h'],
])('says %d ms with two digits: %s', (ms, text) => expect(roughDuration(ms)).toBe(text))

it('puts what is foreseen into the button, and nothing where it would not end', () => {
  expect(forecastTag(foreseen)).toBe('about 41 s, pause 190 ms')
  expect(forecastTag({ ...foreseen, ends: 'unsure' })).toBe('perhaps 41 s, pause 190 ms')
  expect(forecastTag({ ...foreseen, ends: 'no' })).toBeNull()
})

it('says why, with the range where it is wide', () => {
  expect(forecastReasons(foreseen, 'Pause if needed')).toBe(
    'The machine changes 12 MiB/s, and 100 MiB/s can be sent. 4 passes over its memory.',
  )
  const wide = { ...foreseen, totalMs: { likely: 41_000, low: 30_000, high: 58_000 } }
  expect(forecastReasons(wide, '')).toContain('It may take 30 s to 58 s.')
  const withDisk = { ...foreseen, diskBytes: 2 * 1024 * MiB, diskMs: exact(20_480) }
  expect(forecastReasons(withDisk, '')).toContain('Its disks, about 2 GiB, take about 20 s of that.')
  const never = { ...foreseen, ends: 'no', pauseMs: exact(9_100) } as const
  expect(forecastHeadline(never)).toBe('It will not come to an end this way')
  expect(forecastReasons(never, 'Shortest pause')).toContain(
    'stand still for 9.1 s, longer than “Shortest pause” allows',
  )
})

it('says what would help', () => {
  expect(adviceText({ kind: 'bandwidth', bytesPerSecond: 50 * MiB, isWithinPath: true })).toContain('cap of 50 MiB/s')
  expect(adviceText({ kind: 'bandwidth', bytesPerSecond: 50 * MiB, isWithinPath: false })).toContain(
    'more than the path',
  )
  expect(adviceText({ kind: 'policy', policy: 'very-large', forecast: foreseen })).toBe(
    '“Very large” would end it: about 41 s, with a pause of about 190 ms.',
  )
})

it('holds what came against what was foreseen', () => {
  const report = { totalMs: 44_000, pauseMs: 900, downtimeMs: 800, transferredBytes: 1, passes: [] }
  expect(heldAgainst(foreseen, report).map(({ isWithin, came }) => [came, isWithin])).toEqual([
    ['44 s', true],
    ['900 ms', false],
  ])
  expect(heldAgainst(foreseen, { ...report, pauseMs: 0 })).toHaveLength(1)
})
