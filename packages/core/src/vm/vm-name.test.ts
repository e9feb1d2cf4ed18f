import { expect, it } from 'vitest'
import { isVmName } from './vm-name.ts'

it.each(['web-1', 'a', '0x', 'x'.repeat(63)])('takes "%s"', (name) => {
  expect(isVmName(name)).toBe(true)
})

it.each([
  '',
  '-web',
  'web-',
  'Web',
  'a.b',
  'a b',
  'x'.repeat(64),
  '123',
  'a,process=x',
  "a'b",
  'ü',
  'a\n',
  '../x',
  'a\u202e',
])('refuses "%s"', (name) => {
  expect(isVmName(name)).toBe(false)
})
