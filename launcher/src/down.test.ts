import { expect, test } from 'vitest'
import { isMachineOn } from './down.ts'

test('what has a process has to be stopped, also a guest that crashed', () => {
  expect(isMachineOn({ state: 'running', run: {} })).toBe(true)
  expect(isMachineOn({ state: 'crashed', run: { pid: 1 } })).toBe(true)
  expect(isMachineOn({ state: 'crashed', run: null })).toBe(false)
  expect(isMachineOn({ state: 'stopped', run: null })).toBe(false)
  // Its host does not answer: nobody could stop it.
  expect(isMachineOn({ state: 'unknown', run: { pid: 1 } })).toBe(false)
})
