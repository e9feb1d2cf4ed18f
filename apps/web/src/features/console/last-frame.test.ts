import { expect, it } from 'vitest'
import { newerPicture } from './last-frame.ts'

const older = { src: 'data:image/png;base64,AA', takenAt: '2026-11-22T23:00:00.000Z' }
const newer = { src: 'data:image/png;base64,BB', takenAt: '2026-11-22T23:00:01.000Z' }

it('takes the newer picture, and the one that there is', () => {
  expect(newerPicture(older, newer)).toBe(newer)
  expect(newerPicture(newer, older)).toBe(newer)
  expect(newerPicture(null, older)).toBe(older)
  expect(newerPicture(older, null)).toBe(older)
  expect(newerPicture(null, null)).toBeNull()
})
