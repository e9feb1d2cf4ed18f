import { expect, test } from 'vitest'
import { identify, isAlive, statFields } from './living-process.ts'

test('a program name with spaces and parentheses does not shift the fields', () => {
  const tail = 'S 1 77 66 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 987654 99 1'
  expect(statFields(`42 (tmux: (x) server) ${tail}`)).toEqual({ state: 'S', session: 66, startTime: 987654 })
  expect(statFields('')).toBeUndefined()
})

test('the same pid with another start time is another process', async () => {
  const own = await identify(process.pid)
  expect(own).toBeDefined()
  if (!own) return
  expect(await isAlive(own)).toBe(true)
  expect(await isAlive({ ...own, startTime: own.startTime - 1 })).toBe(false)
})
