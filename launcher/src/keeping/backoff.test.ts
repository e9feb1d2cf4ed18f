import { expect, test } from 'vitest'
import { afterDeath, freshBackoff } from './backoff.ts'

test('a process that dies at once is tried ever more rarely, at least each 8 s', () => {
  let backoff = freshBackoff
  const delays: number[] = []
  for (let death = 0; death < 10; death++) {
    const { delayMs, next } = afterDeath(backoff, 100)
    delays.push(delayMs)
    backoff = next
  }
  expect(delays).toEqual([250, 500, 1000, 2000, 4000, 8000, 8000, 8000, 8000, 8000])
  expect(afterDeath({ failures: 5000 }, 100).delayMs).toBe(8_000)
  expect(afterDeath({ failures: 5000 }, 100, 400).delayMs).toBe(400)
})

test('a process that was well for a minute starts over', () => {
  expect(afterDeath({ failures: 9 }, 60_000)).toEqual({ delayMs: 250, next: { failures: 1 } })
})
