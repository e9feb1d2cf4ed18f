import { expect, test } from 'vitest'
import { someNames } from './some-names.ts'

test('five are named, and the others are counted', () => {
  expect(someNames(['a'])).toBe('a')
  expect(someNames(['a', 'b', 'c', 'd', 'e'])).toBe('a, b, c, d, e')
  expect(someNames(['a', 'b', 'c', 'd', 'e', 'f', 'g'])).toBe('a, b, c, d, e and 2 more')
})
