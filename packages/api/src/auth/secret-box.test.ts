import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { makeSecretBox } from './secret-box.ts'

test('opens what it sealed, for the same context only', () => {
  const box = makeSecretBox(randomBytes(32))
  const sealed = box.seal('päss,word"', 'vm:1')
  expect(box.open(sealed, 'vm:1')).toBe('päss,word"')
  expect(() => box.open(sealed, 'vm:2')).toThrow(/does not open/)
  expect(() => makeSecretBox(randomBytes(32)).open(sealed, 'vm:1')).toThrow(/does not open/)
  expect(() => box.open(Uint8Array.of(2, 3), 'vm:1')).toThrow(/unknown form/)
})

test('the same text never seals to the same bytes', () => {
  const box = makeSecretBox(randomBytes(32))
  expect(box.seal('a', 'c')).not.toEqual(box.seal('a', 'c'))
})
