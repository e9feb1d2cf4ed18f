import { expect, it } from 'vitest'
import { sizingNow, whyNoResize } from './sizing.ts'

it('resizes the guest only where its display said that it can', () => {
  expect(sizingNow('resize', 'yes')).toBe('resize')
  expect(sizingNow('resize', 'no')).toBe('fit')
  expect(sizingNow('resize', 'unknown')).toBe('fit')
  expect(sizingNow('own', 'no')).toBe('own')
})

it('says why not', () => {
  expect(whyNoResize('yes', false)).toBeNull()
  expect(whyNoResize('no', true)).toMatch(/standard VGA/)
  expect(whyNoResize('unknown', true)).toMatch(/View only/)
  expect(whyNoResize('unknown', false)).not.toBeNull()
})
